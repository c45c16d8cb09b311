// Command cluster runs a site on many machines, on one: each host is a network
// namespace with an address of its own, and each server is the real one.
//
//	make cluster              starts it all, and says where to look
//	go test -tags cluster .   plays what goes wrong with machines, and counts
//
//	people → edge (HAProxy) → node1, node2, node3 (moot)
//	                              ├→ db1, db2      PostgreSQL under Patroni: primary, synchronous standby
//	                              ├→ nats1 … 3     wake-ups
//	                              └→ store         files, by S3
//	         etcd1 … 3: who of db1 and db2 is the primary
//
// It needs root, and Debian's packages etcd-server, haproxy, patroni and
// postgresql; it is all in a network namespace of its own, from which nothing
// leads out. What people outside see comes through a Unix socket.
package main

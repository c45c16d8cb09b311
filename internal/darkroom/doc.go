// Package darkroom has pictures made by a process that can do nothing else.
//
// What decodes what strangers send is where a site is broken into, if anywhere,
// and where a small file becomes a gigabyte. So Develop hands the bytes to a
// worker: this same program, started again as "picture-worker", which enters a
// sandbox before it reads the first of them and calls picture.Make there.
//
// It promises:
//
//   - A worker has three pipes and nothing else: no environment, no files, no
//     network (package sandbox says what holds, and Probe on which machine).
//   - A picture that crashes its worker, wants more than 512 MiB, 5 s of the
//     processor or 10 s of anybody's time costs that worker and nothing more. Its
//     sender is told that it can't be read, the log why.
//   - Workers are few, and those who wait for one are too. Whoever has waited for
//     Patience, or finds the queue full, is told to come again.
//   - A worker is believed nothing. What it answers is measured before it is read
//     and looked at before it is passed on: kinds, sizes, magic bytes, and the
//     words of a fault, which can only be those of package picture.
//   - A worker makes 100 pictures at the most, and rests for a minute at the most;
//     then it ends. When the site ends, so do they.
//
// A program that has a darkroom calls Main before anything else.
package darkroom

package db

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// hosts are what an address says of each host that it names. They are asked all
// at once: asked in turn, one whose machine is gone would take the time that the
// others would answer in. Which of them is right (target_session_attrs) each says
// for itself.
func hosts(config *pgx.ConnConfig) (all []*pgx.ConnConfig) {
	add := func(host string, port uint16) *pgx.ConnConfig {
		one := config.Copy()
		one.Host, one.Port, one.Fallbacks = host, port, nil
		all = append(all, one)
		return one
	}
	last := add(config.Host, config.Port)
	for _, f := range config.Fallbacks {
		if f.Host == last.Host && f.Port == last.Port { // the same once more, without TLS
			last.Fallbacks = append(last.Fallbacks, f)
			continue
		}
		last = add(f.Host, f.Port)
		last.TLSConfig = f.TLSConfig
	}
	return all
}

// connector connects to the first host that welcomes it.
type connector []driver.Connector

func connectorTo(all []*pgx.ConnConfig) (c connector) {
	for _, one := range all {
		c = append(c, stdlib.GetConnector(*one))
	}
	return c
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	return first(ctx, c, func(ctx context.Context, one driver.Connector) (driver.Conn, error) { return one.Connect(ctx) },
		func(late driver.Conn) { late.Close() })
}

func (c connector) Driver() driver.Driver { return c[0].Driver() }

// first asks all at once and takes what is there first. What comes later is
// dropped; where nothing comes the error has each one's.
func first[From, To any](ctx context.Context, all []From, ask func(context.Context, From) (To, error), drop func(To)) (none To, _ error) {
	if len(all) == 1 {
		return ask(ctx, all[0])
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		to  To
		err error
	}
	results := make(chan result, len(all))
	for _, one := range all {
		go func() {
			to, err := ask(ctx, one)
			results <- result{to, err}
		}()
	}
	var wrong []error
	for n := range all {
		r := <-results
		if r.err != nil {
			wrong = append(wrong, r.err)
			continue
		}
		go func() {
			for range len(all) - n - 1 {
				if late := <-results; late.err == nil {
					drop(late.to)
				}
			}
		}()
		return r.to, nil
	}
	return none, errors.Join(wrong...)
}

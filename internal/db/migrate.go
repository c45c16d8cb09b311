package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"moot/internal/db/refusal"
)

//go:embed schema/*.sql
var schema embed.FS

// migration is one step of the schema's story.
type migration struct {
	version int
	name    string
	text    string
}

// ErrNewer says that the database was last opened by a newer Moot.
var ErrNewer = errors.New("the database has a newer schema than this moot knows")

// Migrate brings the schema up to date, one transaction a step. It returns
// the version that it found and the one that it left. A newer schema is
// refused with ErrNewer, and nothing is changed.
func (d *DB) Migrate(ctx context.Context) (from, to int, err error) {
	steps, err := story(schema, d.engine)
	if err != nil {
		return 0, 0, err
	}
	from, to, err = d.climb(ctx, steps)
	var answer *pgconn.PgError
	if errors.As(err, &answer) && slices.Contains([]string{"42501", "25006", "53100"}, answer.Code) {
		err = refusal.Of(d.hosts, answer) // nothing is wrong with the step
	}
	return from, to, err
}

// Newest is the version that Migrate leaves.
func (d *DB) Newest() (int, error) {
	steps, err := story(schema, d.engine)
	return len(steps), err
}

// NewestSchema is the version that Migrate leaves, on every engine.
func NewestSchema() (int, error) {
	steps, err := story(schema, SQLite)
	return len(steps), err
}

// story reads the steps for an engine in order. A step is NNNN_name.sql for
// both, or a pair NNNN_name.sqlite.sql and NNNN_name.postgres.sql.
func story(files fs.FS, engine Engine) ([]migration, error) {
	paths, err := fs.Glob(files, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []migration
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(path, "schema/"), ".sql")
		if base, only, paired := strings.Cut(name, "."); paired {
			if only != engine.String() {
				continue
			}
			name = base
		}
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("schema file %s: its name begins with no number", path)
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, err
		}
		steps = append(steps, migration{version, name, string(text)})
	}
	slices.SortFunc(steps, func(a, b migration) int { return a.version - b.version })
	for i, s := range steps {
		if s.version != i+1 {
			return nil, fmt.Errorf("schema file %s: step %d is missing or doubled", s.name, i+1)
		}
	}
	return steps, nil
}

func (d *DB) climb(ctx context.Context, steps []migration) (from, to int, err error) {
	if from, err = d.Version(ctx); err != nil {
		return 0, 0, err
	}
	if from > len(steps) {
		return from, from, fmt.Errorf("%w: it is at %d, this moot at %d; run the newer moot, or restore a backup", ErrNewer, from, len(steps))
	}
	to = from
	for _, step := range steps[from:] {
		if err := d.WriteAtLeisure(ctx, func(tx *Tx) error { return tx.climb(step) }); err != nil {
			return from, to, fmt.Errorf("schema step %s: %w", step.name, err)
		}
		to = step.version
	}
	return from, to, nil
}

// Version is the schema's version; 0 for an empty database.
func (d *DB) Version(ctx context.Context) (version int, err error) {
	err = d.Read(ctx, func(tx *Tx) (err error) {
		version, err = tx.Version()
		return err
	})
	return version, err
}

// Version is the schema's version as the transaction sees it.
func (tx *Tx) Version() (version int, err error) {
	exists := `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_step'`
	if tx.engine == PostgreSQL {
		exists = `SELECT count(to_regclass('schema_step'))`
	}
	var tables int
	if err := tx.Row(exists).Scan(&tables); err != nil || tables == 0 {
		return 0, err
	}
	return version, tx.Row(`SELECT coalesce(max(version), 0) FROM schema_step`).Scan(&version)
}

// climb takes one step, unless another node took it in the meantime.
func (tx *Tx) climb(step migration) error {
	if tx.engine == PostgreSQL {
		// Two nodes that start together must not both build: the second waits.
		if _, err := tx.Exec(`SELECT pg_advisory_xact_lock(7361736)`); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`CREATE TABLE IF NOT EXISTS schema_step (version bigint PRIMARY KEY, name text NOT NULL)`); err != nil {
		return err
	}
	taken, err := tx.Exec(`INSERT INTO schema_step (version, name) VALUES ($1, $2) ON CONFLICT (version) DO NOTHING`, step.version, step.name)
	if err != nil || taken == 0 {
		return err
	}
	_, err = tx.Exec(step.text)
	return err
}

// MigrateTo takes the steps of the schema up to a version, those that were not
// taken yet, within the transaction. It is for filling an empty database with
// what an older Moot wrote; see DB.Migrate.
func (tx *Tx) MigrateTo(version int) error {
	steps, err := story(schema, tx.engine)
	if err != nil {
		return err
	}
	if version < 1 || version > len(steps) {
		return fmt.Errorf("%w: %d, where this moot is at %d", ErrNewer, version, len(steps))
	}
	for _, step := range steps[:version] {
		if err := tx.climb(step); err != nil {
			return fmt.Errorf("schema step %s: %w", step.name, err)
		}
	}
	return nil
}

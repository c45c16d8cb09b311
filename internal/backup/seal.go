package backup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"moot/internal/machine"
)

// Recipients are who can open a backup. None is everybody: see Plain.
type Recipients []age.Recipient

// Plain is for a backup that is not encrypted.
var Plain = Recipients{}

// ParseRecipients reads public keys, as age-keygen prints them: "age1…".
func ParseRecipients(list []string) (Recipients, error) {
	if len(list) == 0 {
		return nil, errors.New("a backup is encrypted to somebody: say to whom (age1…)")
	}
	var all Recipients
	for _, text := range list {
		found, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil || len(found) != 1 {
			return nil, fmt.Errorf("%q is no recipient: want age1…, the public key that age-keygen prints", text)
		}
		all = append(all, found...)
	}
	return all, nil
}

// Identities are the keys that open a backup. They are secret.
type Identities []age.Identity

// ReadIdentities reads a file of secret keys as age-keygen writes it.
func ReadIdentities(path string) (Identities, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the identity %s can't be read: %w", path, machine.Reason(err))
	}
	defer f.Close()
	ids, err := age.ParseIdentities(f)
	if err != nil {
		// Not the error: it may quote a line, which may be a key.
		return nil, fmt.Errorf("%s holds no identity: want a file that age-keygen wrote, with a line AGE-SECRET-KEY-…; one that is encrypted itself has to be decrypted first", path)
	}
	return ids, nil
}

// errDamaged says that what was read is not what was once encrypted.
var errDamaged = errors.New("it is damaged: it was cut short or changed after it was written")

// once is a key for one backup: it is a recipient besides, so that what was
// written can be opened once to be compared. It is nowhere but in memory, and
// gone with this process.
func (to Recipients) once() (age.Identity, age.Recipient, error) {
	// Those that withstand quantum computers are not mixed with those that don't.
	if slices.ContainsFunc(to, func(r age.Recipient) bool { _, hybrid := r.(*age.HybridRecipient); return hybrid }) {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			return nil, nil, err
		}
		return id, id.Recipient(), nil
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, nil, err
	}
	return id, id.Recipient(), nil
}

// seal encrypts what is written to it; it is whole once it is closed. The
// identities open it for this process.
func (to Recipients) seal(w io.Writer) (io.WriteCloser, Identities, error) {
	if len(to) == 0 {
		return open{w}, nil, nil
	}
	id, besides, err := to.once()
	if err != nil {
		return nil, nil, err
	}
	sealed, err := age.Encrypt(w, append(slices.Clone(to), besides)...)
	if err != nil {
		return nil, nil, fmt.Errorf("encrypting to these recipients together: %w", err)
	}
	return sealed, Identities{id}, nil
}

type open struct{ io.Writer }

func (open) Close() error { return nil }

// intro is how a file begins that age encrypted (age-encryption.org/v1).
const intro = "age-encryption.org/"

// unseal decrypts a backup, where it is encrypted.
func (ids Identities) unseal(from io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(from, 1<<16)
	begins, err := buffered.Peek(len(intro))
	if err != nil && err != io.EOF {
		return nil, err
	}
	if string(begins) != intro {
		return buffered, nil
	}
	if len(ids) == 0 {
		return nil, errors.New("it is encrypted: say with --identity which file of keys opens it")
	}
	plain, err := age.Decrypt(buffered, ids...)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) {
		return nil, errors.New("it is encrypted to somebody else: no identity of that file opens it")
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errDamaged, err)
	}
	return authentic{plain}, nil
}

// authentic says of what can't be decrypted that it is damaged.
type authentic struct{ io.Reader }

func (a authentic) Read(b []byte) (int, error) {
	n, err := a.Reader.Read(b)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%w (%w)", errDamaged, err)
	}
	return n, err
}

package key

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
)

// Seal encrypts what is to be kept and not to be read by whoever finds a copy of
// it without the secret: AES-256-GCM under a key made of the secret for one purpose,
// which what is about something else doesn't share.
func Seal(secret []byte, purpose string, plain []byte) ([]byte, error) {
	box, err := sealing(secret, purpose)
	if err != nil {
		return nil, err
	}
	return box.Seal(nil, nil, plain, nil), nil
}

// Open is what Seal was given.
func Open(secret []byte, purpose string, sealed []byte) ([]byte, error) {
	box, err := sealing(secret, purpose)
	if err != nil {
		return nil, err
	}
	plain, err := box.Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, errors.New("key: sealed for something else, or changed")
	}
	return plain, nil
}

func sealing(secret []byte, purpose string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "moot seal: "+purpose, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

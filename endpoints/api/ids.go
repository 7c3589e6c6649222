package api

import (
	"bufio"
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
)

const alphanumerics = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// IDs makes identifiers out of a source of randomness. It is safe for concurrent
// use. A source that fails panics: there is no going on without one.
type IDs struct {
	mu     sync.Mutex
	source *bufio.Reader
}

// NewIDs returns an IDs that reads source; nil is crypto/rand.
func NewIDs(source io.Reader) *IDs {
	if source == nil {
		source = rand.Reader
	}
	// A system call for 15 bytes costs as much as the rest of a small request.
	return &IDs{source: bufio.NewReaderSize(source, 4096)}
}

// Read fills b with random bytes; it never fails.
func (g *IDs) Read(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read(b)
	return len(b), nil
}

func (g *IDs) read(b []byte) {
	if _, err := io.ReadFull(g.source, b); err != nil {
		panic(fmt.Sprintf("api: the source of randomness failed: %v", err))
	}
}

// RequestID returns 15 alphanumerics.
func (g *IDs) RequestID() string {
	var room [15]byte
	g.alphanumeric(room[:])
	return string(room[:])
}

// Alphanumeric returns n alphanumerics.
func (g *IDs) Alphanumeric(n int) string {
	b := make([]byte, n)
	g.alphanumeric(b)
	return string(b)
}

func (g *IDs) alphanumeric(b []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	const fair = 256 - 256%len(alphanumerics) // a byte from here on would favour the first letters
	for i := range b {
		for {
			c, err := g.source.ReadByte()
			if err != nil {
				panic(fmt.Sprintf("api: the source of randomness failed: %v", err))
			}
			if int(c) < fair {
				b[i] = alphanumerics[int(c)%len(alphanumerics)]
				break
			}
		}
	}
}

// Hex returns n lower-case hexadecimal digits.
func (g *IDs) Hex(n int) string {
	b := make([]byte, (n+1)/2)
	_, _ = g.Read(b)
	return hex.EncodeToString(b)[:n]
}

// Random128 returns 128 random bits as 8-4-4-4-12 hexadecimal digits.
func (g *IDs) Random128() string {
	var b [16]byte
	_, _ = g.Read(b[:])
	return dashed(b)
}

// base32Lower is base32 in lower case, without padding.
var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Base32 returns 128 random bits as 26 characters of base32, in lower case.
func (g *IDs) Base32() string {
	var b [16]byte
	_, _ = g.Read(b[:])
	return base32Lower.EncodeToString(b[:])
}

// UUID returns a random (version 4) UUID.
func (g *IDs) UUID() string {
	var b [16]byte
	_, _ = g.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return dashed(b)
}

func dashed(b [16]byte) string {
	var s [36]byte
	hex.Encode(s[:8], b[:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:], b[10:])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

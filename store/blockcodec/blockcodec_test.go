package blockcodec_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/blockcodec"
)

func TestRoundTrip(t *testing.T) {
	random := make([]byte, 4096)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty":          {},
		"short":          []byte(`{"a":1}`),
		"repetitive":     bytes.Repeat([]byte(`{"amount":12.5}`), 50_000),
		"incompressible": random,
		"largest":        bytes.Repeat([]byte{'x'}, store.MaxBlock),
	} {
		t.Run(name, func(t *testing.T) {
			stored, err := blockcodec.Encode(data)
			if err != nil {
				t.Fatal(err)
			}
			if len(stored) > len(data)+1 {
				t.Errorf("stored %d bytes of %d", len(stored), len(data))
			}
			got, err := blockcodec.Decode(stored)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, data) {
				t.Error("data changed")
			}
		})
	}
}

func TestLimits(t *testing.T) {
	if _, err := blockcodec.Encode(make([]byte, store.MaxBlock+1)); !errors.Is(err, blockcodec.ErrTooLarge) {
		t.Errorf("Encode: %v", err)
	}
	// A few bytes that claim to become 4 GB are refused before any is allocated.
	bomb := append([]byte{1}, binary.AppendUvarint(nil, 1<<32-1)...)
	if _, err := blockcodec.Decode(bomb); err == nil {
		t.Error("Decode accepted a bomb")
	}
	claim := append([]byte{1}, binary.AppendUvarint(nil, store.MaxBlock+1)...)
	if _, err := blockcodec.Decode(claim); !errors.Is(err, blockcodec.ErrTooLarge) {
		t.Errorf("Decode of a claim: %v", err)
	}
	for _, bad := range [][]byte{nil, {9, 1, 2}, {1}, {1, 5, 1}} {
		if _, err := blockcodec.Decode(bad); !errors.Is(err, blockcodec.ErrCorrupt) {
			t.Errorf("Decode(%v): %v", bad, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	good, err := blockcodec.Encode(bytes.Repeat([]byte("abc"), 100))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{1, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, stored []byte) {
		data, err := blockcodec.Decode(stored)
		if err == nil && len(data) > store.MaxBlock {
			t.Error("limit passed")
		}
	})
}

func BenchmarkBlock(b *testing.B) {
	var data []byte
	for i := range 512 {
		data = fmt.Appendf(data, `{"account_id":"BxBXxLj1m4HMXBm9WZZmCWVbPjX16EHwv9%d","amount":%d.%02d,"category":null,"date":"2024-01-%02d","iso_currency_code":"USD","location":{"address":null,"city":null,"country":null},"name":"Uber 063015 SF**POOL**","pending":false,"transaction_id":"lPNjeW1nR6CDn5okmGQ6hEpMo4lLNoSrzqDj%d"}`, i, i, i%100, i%28+1, i)
	}
	stored, err := blockcodec.Encode(data)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := blockcodec.Encode(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := blockcodec.Decode(stored); err != nil {
				b.Fatal(err)
			}
		}
	})
}

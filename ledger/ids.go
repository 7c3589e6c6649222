package ledger

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/gingham-dev/gingham/models"
)

const (
	idLength = 37 // of every Plaid id but institution ids, tokens and UUIDs
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// deriveID makes the Plaid id of a thing from its scope (an Item id, or a
// provider's name for what is the same in all Items) and the provider's key of
// it. The same thing keeps its id for good, nothing need be looked up, and two
// Items of one login share none.
func deriveID(scope, kind, key string) string {
	var room [256]byte
	b := append(room[:0], scope...)
	b = append(b, 0)
	b = append(b, kind...)
	b = append(b, 0)
	b = append(b, key...)
	return base62(sha256.Sum256(b))
}

// base62 writes 256 bits as 37 characters: ten of each 64-bit word but the last.
func base62(sum [sha256.Size]byte) string {
	var out [40]byte
	for w := range 4 {
		word := binary.BigEndian.Uint64(sum[8*w:])
		for i := range 10 {
			out[10*w+i] = alphabet[word%uint64(len(alphabet))]
			word /= uint64(len(alphabet))
		}
	}
	return string(out[:idLength])
}

// AccountID is the id of an Item's account with the given provider key.
func AccountID(item models.ItemID, key string) models.AccountID {
	return models.AccountID(deriveID(string(item), "account", key))
}

// TransactionID is the id of an Item's transaction with the given provider key.
func TransactionID(item models.ItemID, key string) string {
	return deriveID(string(item), "transaction", key)
}

// InvestmentTransactionID is the id of an investment transaction.
func InvestmentTransactionID(item models.ItemID, key string) string {
	return deriveID(string(item), "investment transaction", key)
}

// SecurityID is the id of a security, the same in all Items of a provider, as Plaid's are.
func SecurityID(provider, key string) string {
	return deriveID(provider, "security", key)
}

// streamID is the id of a recurring stream of an Item.
func streamID(item models.ItemID, key string) string {
	return deriveID(string(item), "stream", key)
}

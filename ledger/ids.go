package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"math/big"

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
	mac := hmac.New(sha256.New, []byte(scope))
	mac.Write([]byte(kind))
	mac.Write([]byte{0})
	mac.Write([]byte(key))
	return base62(mac.Sum(nil))
}

// base62 writes 256 bits as 37 characters; the few bits that do not fit are dropped.
func base62(sum []byte) string {
	var n, rem big.Int
	n.SetBytes(sum)
	base := big.NewInt(int64(len(alphabet)))
	out := make([]byte, idLength)
	for i := range out {
		n.QuoRem(&n, base, &rem)
		out[i] = alphabet[rem.Int64()]
	}
	return string(out)
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

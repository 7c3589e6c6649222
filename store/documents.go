package store

import (
	"time"

	"github.com/gingham-dev/gingham/models"
)

// BlockID names a block. Ids are random, so that a block is seen by nobody
// until a head refers to it.
type BlockID string

// MaxBlock is how many bytes of data a block holds at most.
const MaxBlock = 8 << 20

// Block is an immutable piece of an Item's data, of at most MaxBlock bytes.
type Block struct {
	ID BlockID
	// Item and Client are the Item the block belongs to.
	Item   models.ItemID
	Client models.ClientID
	// CreatedAt is when it was written, by the machine's own clock (a sandbox's can
	// be moved): a sweep spares young blocks, which a head may be about to refer to.
	CreatedAt time.Time
	Data      []byte
}

// Client is an application that may call the API.
type Client struct {
	ID   models.ClientID `json:"id"`
	Name string          `json:"name"`
	// Secrets are keyed hashes of the secrets that are good now: one, or two while one is being rotated.
	Secrets             []SecretHash `json:"secrets"`
	AllowedRedirectURIs []string     `json:"allowed_redirect_uris,omitempty"`
	// AllowedOrigins are origins of pages that may open Link inside them, as
	// "https://app.example.com", besides those of AllowedRedirectURIs.
	AllowedOrigins []string  `json:"allowed_origins,omitempty"`
	CreatedAt      time.Time `json:"created_at"`
	Rev            int64     `json:"rev"`
}

// SecretHash is a keyed hash of a client's secret, in hexadecimal.
type SecretHash struct {
	Hash string `json:"hash"`
	// ExpiresAt is when an old secret stops working; zero is never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// TokenKind says what a token opens.
type TokenKind string

// The kinds of tokens, by the word each token begins with.
const (
	AccessToken    TokenKind = "access"
	PublicToken    TokenKind = "public"
	ProcessorToken TokenKind = "processor"
	LinkToken      TokenKind = "link"
	UserToken      TokenKind = "user"
	// Those of Asset Reports are no Token documents: each names a record by its hash.
	AssetReportToken TokenKind = "assets"
	AuditCopyToken   TokenKind = "a"
	RelayToken       TokenKind = "credit-relay"
)

// Token is what a token stands for. Its text is kept nowhere.
type Token struct {
	// Hash is a keyed hash of client and token, in hexadecimal: the document's id.
	Hash   string          `json:"hash"`
	Client models.ClientID `json:"client"`
	Kind   TokenKind       `json:"kind"`
	Item   models.ItemID   `json:"item,omitempty"`
	// Account is the one account that a processor token opens, or "".
	Account models.AccountID `json:"account,omitempty"`
	// Processor is who a processor token is for, as "dwolla", or "".
	Processor string    `json:"processor,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	// ExpiresAt is when it stops working, and may be swept some time later; zero is never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// UsedAt is when a one-time token was taken; zero is not yet.
	UsedAt time.Time `json:"used_at,omitzero"`
}

// Record is a small document of a client's.
type Record struct {
	Kind   string          `json:"kind"`
	ID     string          `json:"id"`
	Client models.ClientID `json:"client"`
	Rev    int64           `json:"rev"`
	// Body is JSON.
	Body []byte `json:"body"`
	// ExpiresAt is when it is of no use any more, and may be swept some time later; zero is never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// Due is when background work on it is next due; zero is never.
	Due time.Time `json:"due,omitzero"`
}

// DeliveryState is how far a delivery has come.
type DeliveryState string

// The states of a delivery.
const (
	Waiting   DeliveryState = "waiting"
	Delivered DeliveryState = "delivered"
	Failed    DeliveryState = "failed" // given up; kept for replay until it is swept
)

// Delivery is an event on its way to a receiver.
type Delivery struct {
	// Event.ID is the document's id.
	Event  Event           `json:"event"`
	Client models.ClientID `json:"client"`
	Item   models.ItemID   `json:"item,omitempty"`
	// Receiver is the scheme, host and port of Event.URL: receivers must not hold each other up.
	Receiver string        `json:"receiver"`
	State    DeliveryState `json:"state"`
	// NextAt is when it is next to be tried; while it is being tried, when its worker loses it.
	NextAt time.Time `json:"next_at"`
	// Attempts counts how often it was claimed; Owner is who claimed it last.
	Attempts int    `json:"attempts"`
	Owner    string `json:"owner,omitempty"`
	// Tries is what became of the attempts that ended, oldest first: the last MaxTries of them.
	Tries []Try `json:"tries,omitempty"`
	// ExpiresAt is when an ended delivery may be swept; zero is never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// MaxTries is how many ended attempts a delivery keeps.
const MaxTries = 16

// Try is an attempt to deliver that ended.
type Try struct {
	At time.Time `json:"at"`
	// Status is the receiver's HTTP status; 0 is no answer.
	Status int `json:"status,omitempty"`
	// Error says what went wrong, or "".
	Error string `json:"error,omitempty"`
	// Took is how long the receiver took.
	Took time.Duration `json:"took"`
}

// Package simplefintest is a SimpleFIN server in a test: banks, accounts and
// transactions under the test's control, both versions of the protocol, and the mishaps
// that servers have.
package simplefintest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a SimpleFIN server. Its methods may be called from any goroutine.
type Server struct {
	http    *httptest.Server
	version int // of the protocol: 1 or 2

	mu       sync.Mutex
	banks    []*Bank
	problems []Problem
	errors   []string
	tokens   map[string]bool // true is one that can be claimed
	access   map[string]string
	// issued and claimed count tokens.
	issued, claimed int
	queries         []url.Values
	meddle          func(w http.ResponseWriter, r *http.Request, answer []byte) bool
}

// Bank is a connection of version 2, an organisation of version 1.
type Bank struct {
	Key, Name string
	Accounts  []*Account
}

// Account is an account of a bank.
type Account struct {
	ID, Name, Currency string
	Balance            string
	// Available and Holdings are left out where they are "".
	Available, Holdings string
	BalanceDate         time.Time
	Rows                []Row
	// Silent leaves it out of answers.
	Silent bool
}

// Row is a transaction. Posted may be zero for a pending one.
type Row struct {
	ID                 string
	Posted, Transacted time.Time
	// Amount is with the protocol's sign: what comes in is positive.
	Amount      string
	Description string
	Pending     bool
}

// Problem is an entry of errlist.
type Problem struct {
	Code      string `json:"code"`
	Msg       string `json:"msg"`
	ConnID    string `json:"conn_id,omitempty"`
	AccountID string `json:"account_id,omitempty"`
}

// New starts a server of a version of the protocol, which ends with the test.
func New(t testing.TB, version int, banks ...*Bank) *Server {
	s := &Server{version: version, banks: banks, tokens: map[string]bool{}, access: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /simplefin/claim/{token}", s.claim)
	mux.HandleFunc("GET /simplefin/accounts", s.accounts)
	s.http = httptest.NewServer(mux)
	t.Cleanup(s.http.Close)
	return s
}

// Token is a new setup token.
func (s *Server) Token() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issued++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s setup %d", s.http.URL, s.issued))
	token := "canary" + hex.EncodeToString(sum[:12])
	s.tokens[token] = true
	return base64.StdEncoding.EncodeToString([]byte(s.http.URL + "/simplefin/claim/" + token))
}

// Revoke ends all access that was given.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
}

// Secrets are what no log, no error and no store may have: setup tokens, the tokens in
// them, users and passwords, as they are and as they are sent.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for token := range s.tokens {
		list = append(list, token, base64.StdEncoding.EncodeToString([]byte(s.http.URL+"/simplefin/claim/"+token)))
	}
	for n := range s.claimed {
		user, password := s.credentials(n + 1)
		list = append(list, user, password, base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	}
	return list
}

func (s *Server) credentials(n int) (user, password string) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s access %d", s.http.URL, n))
	text := hex.EncodeToString(sum[:])
	return "canaryuser" + text[:16], "canarypass" + text[16:40]
}

// Do changes what the server has.
func (s *Server) Do(change func(banks []*Bank)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.banks)
}

// Trouble is what the server tells from now on: entries of errlist, or of errors where
// it speaks version 1.
func (s *Server) Trouble(list ...Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problems, s.errors = list, []string{}
	for _, p := range list {
		s.errors = append(s.errors, p.Msg)
	}
}

// Meddle has a function see each request for accounts, with its answer, from now on. If
// it returns true it has answered itself.
func (s *Server) Meddle(by func(w http.ResponseWriter, r *http.Request, answer []byte) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meddle = by
}

// Queries are those of the requests for accounts since they were last asked for.
func (s *Server) Queries() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.queries
	s.queries = nil
	return list
}

func (s *Server) claim(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := r.PathValue("token")
	if !s.tokens[token] {
		http.Error(w, "Forbidden", http.StatusForbidden)
		return
	}
	s.tokens[token] = false
	s.claimed++
	user, password := s.credentials(s.claimed)
	s.access[user] = password
	fmt.Fprintf(w, "%s\n", strings.Replace(s.http.URL, "://", "://"+user+":"+password+"@", 1)+"/simplefin")
}

func (s *Server) accounts(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	user, password, _ := r.BasicAuth()
	known, ok := s.access[user]
	s.queries = append(s.queries, r.URL.Query())
	answer := s.answer(r.URL.Query())
	meddle := s.meddle
	s.mu.Unlock()
	if !ok || known != password {
		http.Error(w, `{"errlist":[{"code":"gen.auth","msg":"No access"}],"connections":[],"accounts":[]}`, http.StatusForbidden)
		return
	}
	if meddle != nil && meddle(w, r, answer) {
		return
	}
	_, _ = w.Write(answer)
}

// answer is the account set that a query asks for.
func (s *Server) answer(q url.Values) []byte {
	out := map[string]any{}
	list, connections := []map[string]any{}, []map[string]any{}
	for _, b := range s.banks {
		connections = append(connections, map[string]any{
			"conn_id": b.Key, "name": b.Name, "org_id": "INST-" + b.Key, "org_url": "https://" + b.Key + ".example",
		})
		for _, a := range b.Accounts {
			if !a.Silent {
				list = append(list, s.account(b, a, q))
			}
		}
	}
	out["accounts"] = list
	if s.version == 1 {
		out["errors"] = append([]string{}, s.errors...)
	} else {
		out["errlist"], out["connections"] = append([]Problem{}, s.problems...), connections
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic(err) // of texts and numbers
	}
	return text
}

func (s *Server) account(b *Bank, a *Account, q url.Values) map[string]any {
	out := map[string]any{
		"id": a.ID, "name": a.Name, "currency": a.Currency, "balance": a.Balance,
		"balance-date": a.BalanceDate.Unix(), "extra": map[string]any{"account-open-date": 978360153},
	}
	if a.Available != "" {
		out["available-balance"] = a.Available
	}
	if s.version == 1 {
		out["org"] = map[string]any{"domain": b.Key, "name": b.Name, "sfin-url": "https://sfin.example"}
	} else {
		out["conn_id"] = b.Key
	}
	if q.Get("balances-only") == "1" {
		out["transactions"] = []any{}
		return out
	}
	if a.Holdings != "" {
		out["holdings"] = json.RawMessage(a.Holdings)
	}
	rows := []map[string]any{}
	for i := range a.Rows {
		if r := &a.Rows[i]; wanted(r, q) {
			rows = append(rows, encode(r))
		}
	}
	out["transactions"] = rows
	return out
}

// wanted reports whether a query asks for a row. Any value of pending asks for pending
// ones, as the Bridge has it; those without a date are of every window.
func wanted(r *Row, q url.Values) bool {
	if r.Pending {
		return q.Has("pending")
	}
	bound := func(name string, missing int64) int64 {
		if n, err := strconv.ParseInt(q.Get(name), 10, 64); err == nil {
			return n
		}
		return missing
	}
	at := r.Posted.Unix()
	return at >= bound("start-date", 0) && at < bound("end-date", 1<<62)
}

func encode(r *Row) map[string]any {
	out := map[string]any{"id": r.ID, "amount": r.Amount, "description": r.Description, "posted": 0}
	if !r.Posted.IsZero() {
		out["posted"] = r.Posted.Unix()
	}
	if !r.Transacted.IsZero() {
		out["transacted_at"] = r.Transacted.Unix()
	}
	if r.Pending {
		out["pending"] = true
	}
	return out
}

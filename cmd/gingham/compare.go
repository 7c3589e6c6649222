package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/plaid"
	"github.com/gingham-dev/gingham/server"
	"github.com/gingham-dev/gingham/store"
)

func compareCommand() *cobra.Command {
	var q comparing
	cmd := &cobra.Command{
		Use: "compare", Short: "Show where answers about an Item differ from those of where it comes from", Args: cobra.NoArgs,
		Long: `Asks this server and the aggregator that an Item comes from the same questions, and shows
side by side where their answers differ in more than ids. It fails if they do.`,
	}
	flags := cmd.Flags()
	commonFlags(flags)
	flags.StringVar(&q.item, "item", "", "the item_id")
	flags.StringVar(&q.token, "access-token", "", "the Item's access token, in place of its item_id")
	flags.StringVar(&q.client, "client-id", "", "the client_id whose Item it is (default: the sandbox's client)")
	flags.IntVar(&q.days, "days", 30, "how many days of transactions to compare")
	cmd.MarkFlagsOneRequired("item", "access-token")
	cmd.MarkFlagsMutuallyExclusive("item", "access-token")
	cmd.RunE = withServer(func(cmd *cobra.Command, c Config, s *server.Server, _ []string) error {
		q.client = cmp.Or(q.client, c.Sandbox.ClientID)
		return q.run(cmd.Context(), s, cmd.OutOrStdout())
	})
	return cmd
}

// comparing is what the compare command was asked for.
type comparing struct {
	item, token, client string
	days                int
}

// errDiffers is returned where answers differ.
var errDiffers = errors.New("compare: the answers differ")

// question is one that both are asked. Its arrays are what is compared.
type question struct {
	path    string
	product models.Product // "" is always asked
	fields  map[string]any
	parts   []string
	// rows names the array that comes in pages, and is what total counts.
	rows, total string
}

func (q *comparing) questions(today models.Date) []question {
	from := today.AddDays(-q.days)
	return []question{
		{path: "/accounts/get", parts: []string{"accounts"}},
		{
			path: "/transactions/get", product: models.ProductTransactions, parts: []string{"transactions"},
			fields: map[string]any{"start_date": from, "end_date": today}, rows: "transactions", total: "total_transactions",
		},
		{path: "/auth/get", product: models.ProductAuth, parts: []string{"numbers"}},
		{path: "/identity/get", product: models.ProductIdentity, parts: []string{"accounts"}},
		{path: "/investments/holdings/get", product: models.ProductInvestments, parts: []string{"holdings", "securities"}},
		{
			path: "/investments/transactions/get", product: models.ProductInvestments, parts: []string{"investment_transactions"},
			fields: map[string]any{"start_date": from, "end_date": today},
			rows:   "investment_transactions", total: "total_investment_transactions",
		},
		{path: "/liabilities/get", product: models.ProductLiabilities, parts: []string{"liabilities"}},
	}
}

// run asks both and shows where they differ. It returns errDiffers if they do.
func (q *comparing) run(ctx context.Context, s *server.Server, stdout io.Writer) error {
	p, err := passed(s)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	h, err := q.head(ctx, s)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	if h.Provider != plaid.Name {
		return fmt.Errorf("compare: the Item comes from the provider %q", h.Provider)
	}
	here, end, err := answering(ctx, s, h)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	defer end()
	c, err := s.Ledger.Conn(ctx, h)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	there := func(path string, fields map[string]any) ([]byte, error) { return p.Answer(ctx, c, path, fields) }
	d := newDiffer(h)
	for _, ask := range q.questions(models.DateOf(s.Clock.Now())) {
		if ask.product != "" && !h.Item.HasProduct(ask.product) {
			continue
		}
		ours, err := ask.all(here)
		if err != nil {
			return fmt.Errorf("compare: %s here: %w", ask.path, err)
		}
		theirs, err := ask.all(there)
		if err != nil {
			return fmt.Errorf("compare: %s upstream: %w", ask.path, err)
		}
		for _, part := range ask.parts {
			d.compare(ask.path+" "+part, ours[part], theirs[part])
		}
	}
	return d.show(stdout)
}

// head finds the Item.
func (q *comparing) head(ctx context.Context, s *server.Server) (*store.Head, error) {
	client := models.ClientID(q.client)
	if q.token != "" {
		_, h, err := s.Tokens.Resolve(ctx, client, store.AccessToken, q.token)
		return h, err
	}
	return s.Store.Head(ctx, client, models.ItemID(q.item))
}

// asker asks one of the two.
type asker func(path string, fields map[string]any) ([]byte, error)

// page is how many rows are asked for at a time.
const page = 500

// all is the whole answer to a question, with all of its rows.
func (ask *question) all(one asker) (map[string]any, error) {
	var whole map[string]any
	var rows []any
	for {
		fields := map[string]any{}
		for name, v := range ask.fields {
			fields[name] = v
		}
		if ask.rows != "" {
			options := map[string]any{"count": page, "offset": len(rows)}
			if ask.path == "/transactions/get" {
				options["include_original_description"] = true
			}
			fields["options"] = options
		}
		text, err := one(ask.path, fields)
		if err != nil {
			return nil, err
		}
		answer, err := decodeAnswer(text)
		if err != nil {
			return nil, err
		}
		if ask.rows == "" {
			return answer, nil
		}
		if whole == nil {
			whole = answer
		}
		more, _ := answer[ask.rows].([]any)
		rows = append(rows, more...)
		total, _ := answer[ask.total].(json.Number)
		if n, err := total.Int64(); err != nil || len(more) == 0 || int64(len(rows)) >= n {
			whole[ask.rows] = rows
			return whole, nil
		}
	}
}

func decodeAnswer(text []byte) (map[string]any, error) {
	var answer map[string]any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return answer, dec.Decode(&answer)
}

// guest is a store in which one client has one secret more, that nobody else knows.
type guest struct {
	store.Store
	client models.ClientID
	hash   string
}

// Client implements store.Clients.
func (g guest) Client(ctx context.Context, id models.ClientID) (store.Client, error) {
	c, err := g.Store.Client(ctx, id)
	if err == nil && id == g.client {
		c.Secrets = append(c.Secrets[:len(c.Secrets):len(c.Secrets)], store.SecretHash{Hash: g.hash})
	}
	return c, err
}

// visiting is how long the token lives by which the API is asked here.
const visiting = 10 * time.Minute

// answering serves the API on a loopback port of its own and returns who asks it as the
// Item's client, and what ends it.
func answering(ctx context.Context, s *server.Server, h *store.Head) (ask asker, end func(), err error) {
	secret := s.IDs.Hex(30)
	plain := s.Store
	s.Store = guest{plain, h.Client, s.Tokens.SecretHash(h.Client, secret)}
	defer func() { s.Store = plain }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	address := "http://" + listener.Addr().String()
	handler, err := s.Handler(address)
	if err != nil {
		return nil, nil, errors.Join(err, listener.Close())
	}
	token, err := s.Tokens.Issue(ctx, store.Token{
		Client: h.Client, Kind: store.AccessToken, Item: h.ID, ExpiresAt: s.Clock.Now().Add(visiting),
	})
	if err != nil {
		return nil, nil, errors.Join(err, listener.Close())
	}
	api := &http.Server{Handler: handler, ReadHeaderTimeout: visiting}
	go func() { _ = api.Serve(listener) }() // which ends with the listener
	end = func() {
		_ = api.Close()
		_ = s.Store.DeleteToken(context.WithoutCancel(ctx), h.Client, s.Tokens.Hash(h.Client, token)) // it expires anyway
	}
	client := &http.Client{Timeout: time.Minute}
	return func(path string, fields map[string]any) ([]byte, error) {
		return askAPI(ctx, client, address+path, h.Client, secret, token, fields)
	}, end, nil
}

// askAPI asks an endpoint of this server.
func askAPI(ctx context.Context, c *http.Client, url string, id models.ClientID, secret, token string, fields map[string]any) ([]byte, error) {
	in := map[string]any{"client_id": id, "secret": secret, "access_token": token}
	for name, v := range fields {
		in[name] = v
	}
	text, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err = io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode == http.StatusOK {
		return text, err
	}
	var told struct {
		Code string `json:"error_code"`
	}
	_ = json.Unmarshal(text, &told) // an answer of another form has no code
	return nil, &providers.Error{Kind: providers.Kind(told.Code), Raw: resp.Status}
}

// show shows the differences that were found, side by side.
func (d *differ) show(stdout io.Writer) error {
	if len(d.found) == 0 {
		fmt.Fprintf(stdout, "no differences in %d answers\n", d.compared)
		return nil
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WHERE\tHERE\tUPSTREAM")
	for _, f := range d.found {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.where, f.here, f.upstream)
	}
	return errors.Join(w.Flush(), errDiffers)
}

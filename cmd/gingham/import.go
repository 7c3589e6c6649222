package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/plaid"
	"github.com/gingham-dev/gingham/server"
	"github.com/gingham-dev/gingham/store"
)

func importCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "import", Short: "Take over what an app has elsewhere"}
	cmd.AddCommand(importPlaidCommand())
	return cmd
}

func importPlaidCommand() *cobra.Command {
	var im importing
	cmd := &cobra.Command{
		Use: "plaid", Short: "Take over Items of Plaid's by their access tokens, which go on working", Args: cobra.NoArgs,
		Long: `Takes over the Items that an app has at Plaid, or at the aggregator that the provider
"plaid" of the configuration is of. The app's access tokens open them here, by the same
item ids. What is there already is skipped, so that a run that broke off can be begun
anew.`,
	}
	flags := cmd.Flags()
	commonFlags(flags)
	flags.StringVar(&im.file, "tokens", "", "a file with the access tokens, one per line")
	flags.StringVar(&im.client, "client-id", "", "the client_id that they are to be of (default: the sandbox's client)")
	flags.BoolVar(&im.quiet, "quiet", false, "show no progress")
	_ = cmd.MarkFlagRequired("tokens") // the flag is there
	cmd.RunE = withServer(func(cmd *cobra.Command, c Config, s *server.Server, _ []string) error {
		im.client = cmp.Or(im.client, c.Sandbox.ClientID)
		return im.run(cmd.Context(), s, cmd.OutOrStdout(), cmd.ErrOrStderr())
	})
	return cmd
}

// importing is what the import command was asked for, and how far it has come.
type importing struct {
	file, client string
	quiet        bool

	mu              sync.Mutex
	imported, there int
	failed          int
}

// atOnce is how many Items are taken over at a time: the upstream counts requests.
const atOnce = 8

// run takes over the Items of a file. It fails if any could not be, after all were tried.
func (im *importing) run(ctx context.Context, s *server.Server, stdout, stderr io.Writer) error {
	p, err := passed(s)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if _, err := s.Store.Client(ctx, models.ClientID(im.client)); err != nil {
		return fmt.Errorf("import: client: %w", err)
	}
	tokens, err := readTokens(im.file)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	progress := progressbar.DefaultSilent(int64(len(tokens)))
	if !im.quiet {
		progress = progressbar.NewOptions(len(tokens), progressbar.OptionSetWriter(stderr), progressbar.OptionShowCount(),
			progressbar.OptionShowIts(), progressbar.OptionSetItsString("Items"), progressbar.OptionClearOnFinish())
	}
	group := errgroup.Group{}
	group.SetLimit(atOnce)
	for i, token := range tokens {
		if ctx.Err() != nil || token == "" {
			continue
		}
		group.Go(func() error {
			there, err := im.take(ctx, s, p, token)
			im.mu.Lock()
			defer im.mu.Unlock()
			switch {
			case err != nil:
				im.failed++
				// Not the token: it opens an account.
				fmt.Fprintf(stderr, "line %d: %v\n", i+1, err)
			case there:
				im.there++
			default:
				im.imported++
			}
			_ = progress.Add(1) // a progress bar that can't be drawn is no reason to stop
			return nil
		})
	}
	_ = group.Wait() // each failure was told of
	fmt.Fprintf(stdout, "imported %d Items, %d were there already, %d failed\n", im.imported, im.there, im.failed)
	if ctx.Err() != nil {
		return fmt.Errorf("import: %w", ctx.Err())
	}
	if im.failed > 0 {
		return fmt.Errorf("import: %d of %d Items could not be taken over", im.failed, im.imported+im.there+im.failed)
	}
	return nil
}

// passed is the provider that passes another aggregator's data on.
func passed(s *server.Server) (*plaid.Provider, error) {
	p, _ := s.Provider(plaid.Name)
	if out, ok := p.(*plaid.Provider); ok {
		return out, nil
	}
	return nil, fmt.Errorf("the configuration has no provider %q", plaid.Name)
}

// readTokens reads the lines of a file; those that are empty, or begin with "#", are "".
func readTokens(path string) ([]string, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	var list []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "#") {
			line = ""
		}
		list = append(list, line)
	}
	return list, lines.Err()
}

// take takes over the Item of an access token, and reports whether it was there already.
// The token is kept last: one that is kept is of an Item that is whole.
func (im *importing) take(ctx context.Context, s *server.Server, p *plaid.Provider, token string) (there bool, err error) {
	client := models.ClientID(im.client)
	hash, err := s.Tokens.Name(client, store.AccessToken, token)
	if err != nil {
		return false, err
	}
	if _, err := s.Store.Token(ctx, client, hash); !errors.Is(err, store.ErrNotFound) {
		return err == nil, err
	}
	found, err := p.Import(ctx, token)
	if err != nil {
		return false, err
	}
	if len(found.Products) == 0 {
		return false, errors.New("the Item has no product that is passed on")
	}
	_, err = s.Ledger.Link(ctx, ledger.LinkRequest{
		Client: client, ID: found.Item, Institution: found.Institution, Products: found.Products, Webhook: found.Webhook,
		Connection: &ledger.Connection{Institution: found.Institution, Step: found.Step},
	})
	if errors.Is(err, store.ErrExists) {
		// A run before this one broke off after it had made the Item; or it is another client's.
		_, err = s.Store.Head(ctx, client, found.Item)
	}
	if err != nil {
		return false, err
	}
	h, err := s.Store.Head(ctx, client, found.Item)
	if err != nil {
		return false, err
	}
	c, err := s.Ledger.Conn(ctx, h)
	if err != nil {
		return false, err
	}
	if err := p.Redirect(ctx, c); err != nil {
		return false, err
	}
	err = s.Store.CreateToken(ctx, store.Token{
		Hash: hash, Client: client, Kind: store.AccessToken, Item: found.Item, CreatedAt: s.Clock.Now(),
	})
	if errors.Is(err, store.ErrExists) {
		err = nil // the file has it twice
	}
	return false, err
}

package main

import (
	"bufio"
	"context"
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
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/server"
	"github.com/gingham-dev/gingham/store"
)

// seeding is what the seed command was asked for.
type seeding struct {
	items                       int
	days                        int
	client, institution         string
	username, password, product string
	tokens                      string
	quiet                       bool
}

func seedCommand() *cobra.Command {
	var s seeding
	cmd := &cobra.Command{Use: "seed", Short: "Link sandbox Items by the thousand", Args: cobra.NoArgs}
	flags := cmd.Flags()
	commonFlags(flags)
	flags.IntVar(&s.items, "items", 100, "how many Items to link")
	flags.IntVar(&s.days, "days", ledger.DefaultDays, "days of transactions of each Item")
	flags.StringVar(&s.client, "client", "", "the client_id that owns them (default: the sandbox's client)")
	flags.StringVar(&s.institution, "institution", "ins_109508", "the institution of the logins")
	flags.StringVar(&s.username, "username", "user_good", "the user of the logins")
	flags.StringVar(&s.password, "password", "pass_good", "the user's password; JSON for user_custom, or @file")
	flags.StringVar(&s.product, "products", "transactions", "products of the Items, with commas between")
	flags.StringVar(&s.tokens, "tokens", "", "a file to write the access tokens to, one per line")
	flags.BoolVar(&s.quiet, "quiet", false, "show no progress")
	cmd.RunE = withServer(func(cmd *cobra.Command, c Config, g *server.Server, _ []string) error {
		return s.run(cmd.Context(), c, g, cmd.OutOrStdout(), cmd.ErrOrStderr())
	})
	return cmd
}

func (s *seeding) run(ctx context.Context, c Config, g *server.Server, stdout, stderr io.Writer) (err error) {
	if c.Environment != string(models.Sandbox) {
		return fmt.Errorf("seed: there is nothing to link in %s", c.Environment)
	}
	req, err := s.request(c)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(io.Discard)
	if s.tokens != "" {
		f, openErr := os.OpenFile(s.tokens, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if openErr != nil {
			return fmt.Errorf("seed: %w", openErr)
		}
		defer closing(f, &err)
		out.Reset(f)
	}
	progress := progressbar.DefaultSilent(int64(s.items))
	if !s.quiet {
		progress = progressbar.NewOptions(s.items, progressbar.OptionSetWriter(stderr), progressbar.OptionShowCount(),
			progressbar.OptionShowIts(), progressbar.OptionSetItsString("Items"), progressbar.OptionClearOnFinish())
	}
	// Side by side, because the store commits together what comes at once.
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(32)
	for range s.items {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			h, err := g.Ledger.Link(ctx, req)
			if err != nil {
				return err
			}
			token, err := g.Tokens.Issue(ctx, store.Token{Client: req.Client, Kind: store.AccessToken, Item: h.ID})
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintln(out, token)
			_ = progress.Add(1) // a progress bar that can't be drawn is no reason to stop
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	fmt.Fprintf(stdout, "linked %d Items of %s at %s\n", s.items, s.username, s.institution)
	return nil
}

func (s *seeding) request(c Config) (ledger.LinkRequest, error) {
	req := ledger.LinkRequest{
		Client: models.ClientID(s.client), Institution: models.InstitutionID(s.institution), Days: s.days,
	}
	if req.Client == "" {
		req.Client = models.ClientID(c.Sandbox.ClientID)
	}
	for name := range strings.SplitSeq(s.product, ",") {
		req.Products = append(req.Products, models.Product(strings.TrimSpace(name)))
	}
	password := s.password
	if path, ok := strings.CutPrefix(password, "@"); ok {
		text, err := os.ReadFile(path) //nolint:gosec // the operator names it
		if err != nil {
			return req, fmt.Errorf("seed: %w", err)
		}
		password = string(text)
	}
	req.Credentials = map[string]string{sandbox.FieldUsername: s.username, sandbox.FieldPassword: password}
	return req, nil
}

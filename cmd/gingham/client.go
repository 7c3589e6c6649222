package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/server"
	"github.com/gingham-dev/gingham/store"
)

func clientCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "client", Short: "Manage the clients that may call the API"}
	cmd.AddCommand(clientCreateCommand(), clientListCommand(), clientRotateCommand())
	return cmd
}

func clientCreateCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "create name", Short: "Make a client and print its secret, once", Args: cobra.ExactArgs(1)}
	commonFlags(cmd.Flags())
	redirects := cmd.Flags().StringArray("redirect-uri", nil, "a redirect_uri that the client may use (may be repeated)")
	origins := cmd.Flags().StringArray("origin", nil, "the origin of pages that may open Link, as https://app.example.com (may be repeated)")
	cmd.RunE = withServer(func(cmd *cobra.Command, _ Config, s *server.Server, args []string) error {
		id, secret := models.ClientID(s.IDs.Hex(24)), s.IDs.Hex(30)
		err := s.Store.CreateClient(cmd.Context(), store.Client{
			ID: id, Name: args[0], AllowedRedirectURIs: *redirects, AllowedOrigins: *origins, CreatedAt: s.Clock.Now(),
			Secrets: []store.SecretHash{{Hash: s.Tokens.SecretHash(id, secret)}},
		})
		if err != nil {
			return fmt.Errorf("client: %w", err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "client_id  %s\nsecret     %s\n", id, secret)
		return nil
	})
	return cmd
}

func clientListCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List the clients", Args: cobra.NoArgs}
	commonFlags(cmd.Flags())
	cmd.RunE = withServer(func(cmd *cobra.Command, _ Config, s *server.Server, _ []string) error {
		list, err := s.Store.ListClients(cmd.Context())
		if err != nil {
			return fmt.Errorf("client: %w", err)
		}
		w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "CLIENT_ID\tNAME\tSECRETS\tCREATED")
		for _, c := range list {
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", c.ID, c.Name, len(c.Secrets), c.CreatedAt.Format(time.DateOnly))
		}
		return w.Flush()
	})
	return cmd
}

func clientRotateCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "rotate client_id", Short: "Give a client a new secret", Args: cobra.ExactArgs(1)}
	commonFlags(cmd.Flags())
	keep := cmd.Flags().Duration("keep", 24*time.Hour, "how long the old secret goes on working")
	cmd.RunE = withServer(func(cmd *cobra.Command, conf Config, s *server.Server, args []string) error {
		id, secret := models.ClientID(args[0]), s.IDs.Hex(30)
		if conf.Environment == string(models.Sandbox) && string(id) == conf.Sandbox.ClientID {
			return errors.New("client: the sandbox's own client has the secret of the configuration")
		}
		c, err := s.Store.Client(cmd.Context(), id)
		if err != nil {
			return fmt.Errorf("client: %w", err)
		}
		secrets := []store.SecretHash{{Hash: s.Tokens.SecretHash(id, secret)}}
		// The newest of the old ones is kept; two secrets at most are good at a time.
		if *keep > 0 && len(c.Secrets) > 0 {
			old := c.Secrets[0]
			if until := s.Clock.Now().Add(*keep); old.ExpiresAt.IsZero() || until.Before(old.ExpiresAt) {
				old.ExpiresAt = until
			}
			secrets = append(secrets, old)
		}
		c.Secrets = secrets
		if err := s.Store.UpdateClient(cmd.Context(), c); err != nil {
			return fmt.Errorf("client: %w", err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "client_id  %s\nsecret     %s\n", id, secret)
		return nil
	})
	return cmd
}

package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gingham-dev/gingham/server"
)

func webhookKeysCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "webhook-keys", Short: "Manage the keys that webhooks are signed with"}
	cmd.AddCommand(webhookKeysListCommand(), webhookKeysRotateCommand())
	return cmd
}

func webhookKeysListCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List the keys, the one that signs first", Args: cobra.NoArgs}
	commonFlags(cmd.Flags())
	cmd.RunE = withServer(func(cmd *cobra.Command, _ Config, s *server.Server, _ []string) error {
		list, err := s.Keys.List(cmd.Context())
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "KEY_ID\tCREATED\tEXPIRES")
		for _, k := range list {
			expires := ""
			if !k.ExpiredAt.IsZero() {
				expires = k.ExpiredAt.Format(time.RFC3339)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\n", k.KID, k.CreatedAt.Format(time.RFC3339), expires)
		}
		return w.Flush()
	})
	return cmd
}

func webhookKeysRotateCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "rotate", Short: "Make a new key, which signs from now on", Args: cobra.NoArgs}
	commonFlags(cmd.Flags())
	cmd.RunE = withServer(func(cmd *cobra.Command, _ Config, s *server.Server, _ []string) error {
		kid, err := s.Keys.Rotate(cmd.Context())
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "key_id  %s\n", kid)
		return nil
	})
	return cmd
}

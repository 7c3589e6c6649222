// Command gingham is the server and what its operator needs: it reads the
// configuration, opens the server that it asks for, and runs it or works on it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/gingham-dev/gingham/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	cmd := newCommand(os.Stdout, os.Stderr)
	if err := cmd.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "gingham:", err)
		os.Exit(1)
	}
}

// newCommand is the whole command line.
func newCommand(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:           "gingham",
		Short:         "A Plaid-compatible aggregator that you run yourself",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.AddCommand(serveCommand(), clientCommand(), webhookKeysCommand(), checkCommand(), seedCommand(),
		importCommand(), compareCommand())
	return root
}

func serveCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "serve", Short: "Serve the API", Args: cobra.NoArgs}
	serveFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		m := &Main{Stdout: cmd.OutOrStdout(), Stderr: cmd.ErrOrStderr()}
		if m.Config, err = load(cmd.Flags()); err != nil {
			return err
		}
		collectLess(m.Config.Ledger.CacheMB << 20)
		defer closing(m, &err)
		if err := m.Start(cmd.Context()); err != nil {
			return err
		}
		return m.Run(cmd.Context())
	}
	return cmd
}

func checkCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "check", Short: "Check the configuration and the store", Args: cobra.NoArgs}
	commonFlags(cmd.Flags())
	cmd.RunE = withServer(func(cmd *cobra.Command, _ Config, s *server.Server, _ []string) error {
		if err := s.Store.Ping(cmd.Context()); err != nil {
			return fmt.Errorf("the store does not answer: %w", err)
		}
		if err := s.Store.Check(cmd.Context()); err != nil {
			return fmt.Errorf("the store is not as it should be: %w", err)
		}
		fmt.Fprintln(cmd.OutOrStdout(), "configuration: ok\nstore: ok")
		return nil
	})
	return cmd
}

// closing closes c and tells of it in *err, unless that tells of something already.
func closing(c io.Closer, err *error) {
	if e := c.Close(); *err == nil {
		*err = e
	}
}

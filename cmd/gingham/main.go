// Command gingham is the server and what its operator needs: it reads the
// configuration, puts the parts together, and runs them.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
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
	root.AddCommand(serveCommand(), clientCommand(), checkCommand(), seedCommand())
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
	cmd.RunE = withParts(func(cmd *cobra.Command, p *parts, _ []string) error {
		if err := p.store.Ping(cmd.Context()); err != nil {
			return fmt.Errorf("the store does not answer: %w", err)
		}
		if err := p.store.Check(cmd.Context()); err != nil {
			return fmt.Errorf("the store is not as it should be: %w", err)
		}
		fmt.Fprintln(cmd.OutOrStdout(), "configuration: ok\nstore: ok")
		return nil
	})
	return cmd
}

// withParts runs a command over the parts that its flags ask for.
func withParts(run func(cmd *cobra.Command, p *parts, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) (err error) {
		c, err := load(cmd.Flags())
		if err != nil {
			return err
		}
		log, err := c.logger(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		p, err := open(cmd.Context(), c, log)
		if err != nil {
			return err
		}
		defer closing(p.store, &err)
		return run(cmd, p, args)
	}
}

// closing closes c and tells of it in *err, unless that tells of something already.
func closing(c io.Closer, err *error) {
	if e := c.Close(); *err == nil {
		*err = e
	}
}

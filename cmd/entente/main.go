// Command entente is the whole of Entente: the server, the command line, and
// the init of each domain controller. It is wiring: every decision is made in
// the packages that it joins.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal must be able to end a goodbye that hangs.
	go func() { <-ctx.Done(); stop() }()
	err := root().ExecuteContext(ctx)
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "entente: "+err.Error())
		os.Exit(1)
	}
}

// onlyHelp is what a command does that has only subcommands. Without it, cobra
// takes an unknown subcommand for a wish for help, and succeeds.
func onlyHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// root is the map of all commands, in one list.
func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "entente",
		Short: "A managed Active Directory that you run yourself",
		Long: `Entente runs managed Active Directory domains (Samba domain controllers) on this
host and lets them enter trust relationships with other AD domains. Its API is
that of AWS Directory Service, so the AWS CLI, the SDKs and Terraform work with it.

  entente serve                          start it (as root); prints the lines to go on with
  aws ds describe-directories            use it, with the profile that serve wrote
  entente trust explain t-0123456789     why a trust works or does not
  entente down                           stop all domain controllers and remove them`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(serveCommand(), downCommand(), keysCommand(), trustCommand(), auditCommand(), versionCommand(), dcInitCommand(), storeProcessCommand())
	return cmd
}

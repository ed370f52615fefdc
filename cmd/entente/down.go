package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func downCommand() *cobra.Command {
	var dataDir string
	var purge bool
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Stop all domain controllers of a data folder and remove their networks",
		Long: `Stop all domain controllers of a data folder and remove their namespaces and
networks from this host. The server must have been stopped before.

Databases stay in the data folder: the next entente serve brings everything
back. With --purge they go too, and the store, snapshots and all keys with them:
everything that README lists under "Where data lives". What else is in the
folder stays, and is named.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return down(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), dataDir, purge)
		},
	}
	cmd.Flags().StringVar(&dataDir, "data-dir", defaultDataDir, "data folder of the installation")
	cmd.Flags().BoolVar(&purge, "purge", false, "delete the data folder's directories, keys and secrets for good")
	return cmd
}

func down(ctx context.Context, out, stderr io.Writer, path string, purge bool) (err error) {
	if path == "" {
		return errors.New("--data-dir is empty")
	}
	if os.Getuid() != 0 {
		return errors.New("down must run as root: it removes network namespaces")
	}
	if _, err := readTag(path, false); err != nil {
		return err
	}
	dir, err := openDataDir(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if err := dir.checkContainers(true); err != nil {
		return err
	}
	nets, dcs, err := engines(newLogger(stderr, false), dir, nil)
	if err != nil {
		return err
	}
	list, err := dcs.List()
	if err != nil {
		return err
	}
	for _, dc := range list {
		if err := dcs.Stop(ctx, dc); err != nil {
			return fmt.Errorf("cannot stop domain controller %s: %w", dc, err)
		}
		_, _ = fmt.Fprintf(out, "stopped domain controller %s\n", dc)
	}
	// Before the networks: with the last of them goes the folder it is in.
	if err := os.RemoveAll(dir.runDir()); err != nil {
		return err
	}
	if err := nets.RemoveAll(ctx); err != nil {
		return fmt.Errorf("cannot remove the networks of %s: %w", dir.path, err)
	}
	if !purge {
		_, _ = fmt.Fprintf(out, "removed the networks; databases and store stay in %s\n", dir.path)
		return nil
	}
	return dir.purge(out)
}

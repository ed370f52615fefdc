package main

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/store/embedded"
)

// storeProcessCommand is the process of the embedded etcd; nobody types it.
func storeProcessCommand() *cobra.Command {
	var cfg embedded.Config
	cmd := &cobra.Command{
		Use:    "store-process",
		Short:  "Run as the store of entente serve",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg.Log = slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			if exit := embedded.Child(cmd.Context(), cfg, cmd.InOrStdin(), cmd.OutOrStdout()); exit != 0 {
				os.Exit(exit)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&cfg.Dir, "dir", "", "folder of the store")
	cmd.Flags().Int64Var(&cfg.Quota, "quota", embedded.DefaultQuota, "how large the store may become, in bytes")
	return cmd
}

// startStoreProcess starts the embedded etcd in a process of its own.
func startStoreProcess(ctx context.Context, log *slog.Logger, dir string, quota int64) (*embedded.Process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return embedded.StartProcess(ctx, embedded.ProcessConfig{
		Dir: dir, Log: log,
		Command: func() *exec.Cmd {
			cmd := exec.Command(exe, "store-process", "--dir", dir, "--quota", strconv.FormatInt(quota, 10)) //nolint:noctx // ourselves; embedded.Process ends it
			cmd.Env = []string{}                                                                             // ours may hold a secret access key
			return cmd
		},
	})
}

package main

import (
	"context"
	"log/slog"

	"github.com/entente-ad/entente/awsapi"
	"github.com/entente-ad/entente/console"
	"github.com/entente-ad/entente/store"
)

// addAPI builds what answers HTTP: the API, and the console in front of it,
// whose sessions are another way to say who calls.
func (b *built) addAPI(log *slog.Logger, short func() []string, account, sessions string) (err error) {
	b.console, err = console.New(console.Config{
		Keys: b.service.Key,
		Changes: func(ctx context.Context, f func(table string)) {
			b.store.Subscribe(ctx, func(c store.Change) { f(c.Table) })
		},
		File: sessions,
		Log:  log,
	})
	if err != nil {
		return err
	}
	api, err := awsapi.New(awsapi.Config{
		Service: b.service, Keys: b.service.Key, Session: b.console.Session, Account: account, Log: log, Revision: b.store.Revision, Short: short,
	})
	if err != nil {
		return err
	}
	b.api = b.console.Wrap(api)
	return nil
}

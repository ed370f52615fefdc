package directories_test

import (
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/reconcile/directories"
)

// The engine fits; cmd/entente joins them.
var (
	_ directories.Engine = (*samba.Engine)(nil)
	_ directories.Prober = (*samba.Prober)(nil)
)

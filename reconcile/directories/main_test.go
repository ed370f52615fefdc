package directories_test

import (
	"os"
	"testing"

	"github.com/entente-ad/entente/tests/ownhost"
)

func TestMain(m *testing.M) { os.Exit(ownhost.Main(m)) }

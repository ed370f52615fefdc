package directory_test

import (
	"strings"
	"testing"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
)

func TestComputerNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"WS1": true, "a-b": true, "1a": true, strings.Repeat("a", 15): true,
		"": false, strings.Repeat("a", 16): false, "ws1$": false, "a.b": false, "a b": false, "-a": false, "a-": false, "123": false, "ä": false, "a,b": false,
	} {
		if err := directory.CheckComputerName(name); (err == nil) != ok || err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

package paging

import (
	"fmt"
	"slices"
	"testing"

	"github.com/entente-ad/entente/internal/errs"
)

func self(s string) string { return s }

func numbers(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("t-%010d", i)
	}
	return out
}

func TestPagesTogetherAreTheWholeList(t *testing.T) {
	secret := []byte("k")
	for _, n := range []int{0, 1, 2, 3, 7, 1000, 1001, 2500} {
		for _, limit := range []int32{0, 1, 3, 5000} {
			if n > 100 && limit == 1 {
				continue
			}
			items := numbers(n)
			var got []string
			token := ""
			for {
				page, next, err := Page(items, self, limit, token, "b", secret)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, page...)
				if token = next; next == "" {
					break
				}
			}
			if !slices.Equal(got, items) {
				t.Errorf("%d items by %d: got %d items", n, limit, len(got))
			}
		}
	}
}

func TestItemDeletedBetweenPagesHidesNoOther(t *testing.T) {
	items := numbers(6)
	page, token, err := Page(items, self, 3, "", "b", nil)
	if err != nil || len(page) != 3 {
		t.Fatal(page, err)
	}
	items = slices.Delete(slices.Clone(items), 2, 4) // the last one seen and the next one
	page, token, err = Page(items, self, 3, token, "b", nil)
	if err != nil || token != "" || !slices.Equal(page, []string{"t-0000000004", "t-0000000005"}) {
		t.Fatalf("got %v, token %q, %v", page, token, err)
	}
}

func TestTokensAreBound(t *testing.T) {
	_, token, err := Page(numbers(3), self, 1, "", Bind("1", "us-east-1", "DescribeTrusts"), []byte("k"))
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(token)
	flipped[3] ^= 1
	for name, c := range map[string]struct{ token, bind, secret string }{
		"other Region":  {token, Bind("1", "us-west-2", "DescribeTrusts"), "k"},
		"shifted parts": {token, Bind("1", "us-east-1Describe", "Trusts"), "k"},
		"other secret":  {token, Bind("1", "us-east-1", "DescribeTrusts"), "l"},
		"altered":       {string(flipped), Bind("1", "us-east-1", "DescribeTrusts"), "k"},
		"not base64":    {"?", Bind("1", "us-east-1", "DescribeTrusts"), "k"},
		"too short":     {"AAAA", Bind("1", "us-east-1", "DescribeTrusts"), "k"},
	} {
		if _, _, err := Page(numbers(3), self, 1, c.token, c.bind, []byte(c.secret)); !errs.Is(err, errs.InvalidNextToken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, _, err := Page(numbers(3), self, -1, "", "", nil); !errs.Is(err, errs.Invalid) {
		t.Errorf("negative limit: got %v", err)
	}
}

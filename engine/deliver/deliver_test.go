package deliver

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for text, ok := range map[string]bool{
		"file:/var/log/x": true, "file:///var/log/x": true, "https://hooks.example.com/a?k=v": true, "http://127.0.0.1:8080": true,
		"file:x": false, "": false, "ftp://example.com/x": false, "https://": false, "/var/log/x": false,
	} {
		if _, err := Parse(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestDeliverToAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "messages")
	to, err := Parse("file:" + file)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"one", "two\n"} {
		if err := (Client{}).Deliver(t.Context(), to, "text/plain", []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if content, _ := os.ReadFile(file); string(content) != "one\ntwo\n" {
		t.Errorf("the file has %q", content)
	}
}

func TestDeliverToAWebhook(t *testing.T) {
	var got string
	status := http.StatusNoContent
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.Header.Get("Content-Type") + " " + string(body)
		w.WriteHeader(status)
	}))
	defer hook.Close()
	to, err := Parse(hook.URL + "/secret-part")
	if err != nil {
		t.Fatal(err)
	}
	if err := (Client{}).Deliver(t.Context(), to, "application/json", []byte("{}")); err != nil || got != "application/json {}" {
		t.Errorf("got %q, error %v", got, err)
	}
	status = http.StatusInternalServerError
	if err := (Client{}).Deliver(t.Context(), to, "application/json", nil); err == nil {
		t.Error("a webhook that failed counts as reached")
	}
	hook.Close()
	if err := (Client{}).Deliver(t.Context(), to, "application/json", nil); err == nil || strings.Contains(err.Error(), "secret-part") {
		t.Errorf("a webhook that is gone: %v", err)
	}
}

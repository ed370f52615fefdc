package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// built is what scripts/console.sh made, if it was run: dist/app.
//
//go:embed all:dist
var built embed.FS

// pages serves the built console. Every path that is not a file's is a deep
// link and gets index.html, whose script finds the screen.
type pages struct {
	files map[string]*file // by URL path
}

// file is one built file.
type file struct {
	contentType string
	cache       string
	etag        string
	piece       bool // a script or a style sheet, which is no document
	plain       []byte
	zipped      func() []byte // nil when compressing does not pay
}

func newPages(from fs.FS) (*pages, error) {
	p := &pages{files: map[string]*file{}}
	app, err := fs.Sub(from, "dist/app")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(app, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(app, name)
		if err != nil {
			return err
		}
		p.files["/"+name] = newFile(name, content)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if p.files["/index.html"] == nil {
		p.files = map[string]*file{"/index.html": newFile("index.html", []byte(notBuilt))}
	}
	return p, nil
}

func newFile(name string, content []byte) *file {
	sum := sha256.Sum256(content)
	f := &file{contentType: mime.TypeByExtension(path.Ext(name)), cache: "no-cache", etag: `"` + hex.EncodeToString(sum[:12]) + `"`, plain: content}
	switch path.Ext(name) { // not by the host's own list of types
	case ".js":
		f.contentType = "text/javascript; charset=utf-8"
	case ".css":
		f.contentType = "text/css; charset=utf-8"
	case ".html":
		f.contentType = "text/html; charset=utf-8"
	case ".svg":
		f.contentType = "image/svg+xml"
	case ".woff2":
		f.contentType = "font/woff2"
	}
	f.piece = path.Ext(name) == ".js" || path.Ext(name) == ".css"
	if strings.HasPrefix(name, "assets/") { // their names hold a hash of their content
		f.cache = "public, max-age=31536000, immutable"
	}
	if path.Ext(name) != ".woff2" && len(content) > 512 {
		f.zipped = sync.OnceValue(func() []byte { return zip(content) })
	}
	return f
}

func zip(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = w.Write(content)                               // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// aboutDocuments are headers that mean nothing for a script or a style sheet.
var aboutDocuments = []string{"Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy"}

// ServeHTTP answers GET and HEAD.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := p.files[r.URL.Path]
	if f == nil && !strings.Contains(path.Base(r.URL.Path), ".") {
		f = p.files["/index.html"]
	}
	if f == nil {
		http.Error(w, "There is no such page.", http.StatusNotFound)
		return
	}
	h := w.Header()
	if f.piece { // sixty of them make a view
		for _, name := range aboutDocuments {
			h.Del(name)
		}
	}
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = f.zipped()
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the browser may be gone
	}
}

// notBuilt is the page of a binary that was built without the console.
const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Entente</title>
<h1>Entente is running, without its console</h1>
<p>This binary was built before the console was. In Entente's source folder:</p>
<pre>make console build</pre>
<p>That needs npm, and gets a newer Node by it if there is none. Then start the
new <code>bin/entente serve</code>: domain controllers go on running meanwhile.</p>
<p>The API is here all the same: <code>aws --endpoint-url</code> with this address.</p>
</html>
`

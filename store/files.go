package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// Files keeps what is secret and too large for etcd, backups above all, in a
// folder: each file sealed with the store's key, written whole or not at all.
// As with the store's secrets, a file's name is sealed with it.
type Files struct {
	dir    string
	sealer *Sealer
}

// Files gives the folder of files at dir that are sealed with the store's key.
// It is made when the first file is.
func (s *Store) Files(dir string) *Files { return &Files{dir: dir, sealer: s.sealer} }

// Write seals what write gives to a file of that name, and gives its size on
// disk. When write fails, or this process ends before it returns, there is no
// such file.
func (f *Files) Write(name string, write func(io.Writer) error) (size int64, err error) {
	file := f.path(name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return 0, err
	}
	next, err := os.OpenFile(file+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(next.Name()) }()
	err = f.seal(next, name, write)
	if err == nil {
		err = next.Sync()
	}
	if info, statErr := next.Stat(); statErr == nil {
		size = info.Size()
	}
	if err = errors.Join(err, next.Close()); err != nil {
		return 0, fmt.Errorf("cannot write the sealed file %s: %w", name, err)
	}
	if err := os.Rename(next.Name(), file); err != nil {
		return 0, err
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return 0, err
	}
	return size, errors.Join(dir.Sync(), dir.Close())
}

func (f *Files) seal(to io.Writer, name string, write func(io.Writer) error) error {
	w, err := age.Encrypt(to, f.sealer.identity.Recipient())
	if err != nil {
		return err
	}
	if _, err := w.Write(sealedHead(name)); err != nil {
		return err
	}
	return errors.Join(write(w), w.Close())
}

// Open unseals a file. What it reads is genuine as far as it was read; damage
// further on is an error there. fs.ErrNotExist says that there is no such
// file.
func (f *Files) Open(name string) (io.ReadCloser, error) {
	file, err := os.Open(f.path(name))
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(file, f.sealer.identity)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot unseal the file %s: wrong key or damaged: %w", name, err), file.Close())
	}
	want := sealedHead(name)
	head := make([]byte, len(want))
	if _, err := io.ReadFull(r, head); err != nil || !bytes.Equal(head, want) {
		return nil, errors.Join(fmt.Errorf("cannot unseal the file %s: it was sealed under another name", name), err, file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{r, file}, nil
}

// Check reads a file to its end, which proves that it is whole.
func (f *Files) Check(name string) error {
	r, err := f.Open(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}

// Remove deletes a file, and its folder when nothing else is in it. One that
// is not there is no error.
func (f *Files) Remove(name string) error {
	file := f.path(name)
	for _, gone := range []string{file, file + ".new"} {
		if err := os.Remove(gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	_ = os.Remove(filepath.Dir(file)) // refused while others are in it
	return nil
}

func (f *Files) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// sealedHead binds a sealed value to its name.
func sealedHead(name string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(name))), name...)
}

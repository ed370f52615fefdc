package keyed_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entente-ad/entente/internal/keyed"
)

func TestAValueEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := keyed.NewExpiring[string, int](5 * time.Minute)
		e.Put("a", 1)
		time.Sleep(4 * time.Minute)
		if v, ok := e.Get("a"); !ok || v != 1 {
			t.Errorf("within its life: %d, %v", v, ok)
		}
		e.Put("b", 2)
		time.Sleep(time.Minute)
		synctest.Wait()
		if e.Len() != 1 { // nobody has asked for it
			t.Errorf("%d values after the first one's life, want the other alone", e.Len())
		}
		if _, ok := e.Get("a"); ok {
			t.Error("asking has lengthened its life")
		}
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		if e.Len() != 0 {
			t.Errorf("%d values are left", e.Len())
		}
	})
}

func TestANewValueBeginsALifeOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := keyed.NewExpiring[string, int](time.Minute)
		e.Put("a", 1)
		time.Sleep(50 * time.Second)
		e.Put("a", 2)
		time.Sleep(50 * time.Second)
		synctest.Wait()
		if v, ok := e.Get("a"); !ok || v != 2 {
			t.Errorf("the first one's timer took the second: %d, %v", v, ok)
		}
		e.Put("b", 3)
		e.Keep(func(key string) bool { return key == "b" })
		if _, ok := e.Get("a"); ok || e.Len() != 1 {
			t.Error("Keep has kept what is not wanted")
		}
		e.Drop("b")
		e.Drop("never there")
		e.Put("c", 4)
		e.Close()
		e.Put("d", 5)
		if e.Len() != 0 {
			t.Errorf("%d values after the end", e.Len())
		}
		e.Close()
	})
}

func TestALockIsPerKeyAndCanBeLeft(t *testing.T) {
	var l keyed.Locks[string]
	unlock, err := l.Lock(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := l.Lock(t.Context(), "b") // not held up by a
	if err != nil {
		t.Fatal(err)
	}
	other()
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := l.Lock(ctx, "a")
		left <- err
	}()
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who waits leaves with %v", err)
	}
	if l.Len() != 1 {
		t.Errorf("%d locks, want the one that is held", l.Len())
	}
	unlock()
	if l.Len() != 0 {
		t.Errorf("%d locks are left", l.Len())
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if unlock, err := l.Lock(ended, "free"); err == nil { // nothing to wait for
		unlock()
	} else {
		t.Error(err)
	}
}

func TestALockHasOneHolder(t *testing.T) {
	var l keyed.Locks[int]
	var all sync.WaitGroup
	var guard [2]int
	for i := range 200 {
		all.Go(func() {
			unlock, err := l.Lock(t.Context(), i%2)
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			guard[i%2]++ // the race detector and the sum tell
		})
	}
	all.Wait()
	if guard != [2]int{100, 100} || l.Len() != 0 {
		t.Errorf("%v, %d locks left", guard, l.Len())
	}
}

package main

import (
	"os"
	"syscall"
	"testing"
)

// The first signal stops the sending and says so, the second kills, and the
// first says which exit code it is.
func TestInterrupts(t *testing.T) {
	said := make(chan struct{}, 2)
	ctx, kill, signalled, restore := interrupts(func() { said <- struct{}{} })
	defer restore()
	if sig := signalled(); sig != nil {
		t.Fatalf("signalled() = %v before any signal, want nil", sig)
	}
	send := func(sig syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), sig); err != nil {
			t.Fatal(err)
		}
	}
	send(syscall.SIGTERM)
	<-ctx.Done()
	<-said
	select {
	case <-kill:
		t.Fatal("the first signal kills")
	default:
	}
	send(syscall.SIGINT)
	<-kill
	if got := interruptedBy(signalled()); got != exitTerminated {
		t.Errorf("exit code after SIGTERM and SIGINT = %d, want %d", got, exitTerminated)
	}
	if len(said) != 0 {
		t.Error("what the first interrupt does is said at the second too")
	}
}

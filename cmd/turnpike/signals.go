package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interrupts turns signals into the two ways to stop: the first cancels ctx,
// the second closes kill. signalled says which came first, nil if none did.
// stopping, if not nil, is called at the first.
func interrupts(stopping func()) (ctx context.Context, kill <-chan struct{}, signalled func() os.Signal, restore func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals, killed, over := make(chan os.Signal, 2), make(chan struct{}), make(chan struct{})
	first := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for n := 0; ; n++ {
			select {
			case sig := <-signals:
				switch n {
				case 0:
					first <- sig
					cancel()
					if stopping != nil {
						stopping()
					}
				case 1:
					close(killed)
				}
			case <-over:
				return
			}
		}
	}()
	signalled = func() os.Signal {
		select {
		case sig := <-first:
			return sig
		default:
			return nil
		}
	}
	return ctx, killed, signalled, func() { signal.Stop(signals); close(over); cancel() }
}

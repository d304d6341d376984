//go:build unix

package measure

import (
	"runtime"
	"syscall"
	"time"
)

func usage() (u syscall.Rusage, ok bool) {
	return u, syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil
}

// cpuTime returns the process's user and system time.
func cpuTime() time.Duration {
	u, ok := usage()
	if !ok {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// maxRSS returns the largest resident set in bytes. Linux and the BSDs give it in
// kibibytes, Darwin in bytes (getrusage(2)).
func maxRSS() int64 {
	u, ok := usage()
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) * 1024
}

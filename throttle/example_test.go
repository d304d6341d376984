package throttle_test

import (
	"fmt"
	"time"

	"github.com/turnpike-perf/turnpike/throttle"
)

// A request that meets a usage plan's limit and the account's.
func ExampleSet_Take() {
	set := throttle.NewSet(throttle.Enforcement{})
	plan := set.AddBucket(throttle.Limit{Rate: 10, Burst: 2})
	account := set.AddBucket(throttle.Limit{Rate: 10000, Burst: 5000})
	for range 3 {
		fmt.Println(set.Take(0, plan, account))
	}
	fmt.Println(set.Take(100*time.Millisecond, plan, account))
	fmt.Println(set.Level(100*time.Millisecond, plan))
	// Output:
	// -1
	// -1
	// 0
	// -1
	// 0
}

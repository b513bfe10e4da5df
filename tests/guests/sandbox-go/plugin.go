// A plugin that does in the sandbox what no native test can show: it prints, waits, looks for a system, and dies. Run it
// with `scorebox plugin test tests/guests/sandbox-go`.
package main

import (
	"errors"
	"fmt"
	"math/rand"
	"os"
	"time"

	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/log"
)

func init() {
	scorebox.Register(scorebox.Scorer{
		Name: "does", Summary: "Does as told.", Config: doesConfig{}, NeedsNoField: true, Score: does,
	})
}

func main() {}

type doesConfig struct {
	What string `json:"what"`
}

func does(call *scorebox.Call) (any, error) {
	var config doesConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	action, is := actions[config.What]
	if !is {
		return nil, scorebox.InvalidConfig("what: `" + config.What + "`")
	}
	return action()
}

var actions = map[string]func() (any, error){
	"index": func() (any, error) {
		var none []int
		return none[len(none)], nil
	},
	"nil":       func() (any, error) { return *(*int)(nil), nil },
	"panic":     func() (any, error) { panic(errors.New("boom")) },
	"recursion": func() (any, error) { return deeper(0), nil },
	"memory":    grow,
	"deadlock":  func() (any, error) { return <-make(chan bool), nil },
	"goroutine": func() (any, error) {
		done := make(chan bool)
		go func() { panic("in a goroutine") }()
		return <-done, nil
	},
	"exit": func() (any, error) {
		fmt.Fprintln(os.Stderr, "good bye")
		os.Exit(3)
		return nil, nil
	},
	"print": func() (any, error) {
		fmt.Println("first")
		fmt.Print("second \xff\xed\xa0\x80 ü \xf0\x9f")
		log.Info("third")
		println("fourth")
		return true, nil
	},
	"sleep": func() (any, error) {
		start := time.Now()
		time.Sleep(time.Hour)
		return fmt.Sprint(start.UTC().Year(), " ", time.Since(start).Round(time.Second)), nil
	},
	"random": func() (any, error) { return rand.Int63() == rand.Int63(), nil },
	"system": func() (any, error) {
		_, err := os.ReadFile("/etc/passwd")
		return fmt.Sprint(len(os.Args), len(os.Environ()), errors.Is(err, os.ErrNotExist)), nil
	},
	"goroutines": sum,
}

func deeper(depth int) int { return deeper(depth+1) + 1 }

func grow() (any, error) {
	var all [][]byte
	for {
		all = append(all, make([]byte, 1<<20))
	}
}

func sum() (any, error) {
	numbers := make(chan int)
	for number := range 10 {
		go func() { numbers <- number }()
	}
	total := 0
	for range 10 {
		total += <-numbers
	}
	return total, nil
}

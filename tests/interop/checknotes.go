// SPDX-License-Identifier: Apache-2.0

// Verifies a ledger of Cupel with Go's own transparency-log packages (golang.org/x/mod/sumdb), which share no line of
// code with Cupel: signed notes, inclusion, consistency. It also plants lies and demands that each is refused, so that
// a verifier that accepts everything fails this test.
//
//	go run checknotes.go proofs.json
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proofs struct {
	Vkey   string
	Stages []struct {
		Size      int64
		Note      string
		Inclusion []struct {
			Index int64
			Leaf  []byte
			Path  []string
		}
		Consistency []struct {
			OldSize int64
			OldRoot string
			Path    []string
		}
	}
}

var accepted, refused int

func accept(what string, err error) {
	if err != nil {
		fmt.Printf("FAIL: %s: refused what is true: %v\n", what, err)
		os.Exit(1)
	}
	accepted++
}

func refuse(what string, err error) {
	if err == nil {
		fmt.Printf("FAIL: %s: accepted what is false\n", what)
		os.Exit(1)
	}
	refused++
}

func must(err error) {
	if err != nil {
		fmt.Println("FAIL:", err)
		os.Exit(1)
	}
}

func hash(text string) (h tlog.Hash) {
	raw, err := base64.StdEncoding.DecodeString(text)
	must(err)
	if copy(h[:], raw) != len(h) {
		must(fmt.Errorf("a hash has %d bytes", len(raw)))
	}
	return h
}

func hashes(texts []string) []tlog.Hash {
	var list []tlog.Hash
	for _, text := range texts {
		list = append(list, hash(text))
	}
	return list
}

// flip changes one bit of one hash of a proof.
func flip(path []tlog.Hash, i int) []tlog.Hash {
	changed := append([]tlog.Hash(nil), path...)
	changed[i][7] ^= 1
	return changed
}

// open verifies a checkpoint's signature and returns its size and root. The body is Cupel's C2SP checkpoint: origin,
// size, root, each a line. (tlog.ParseTree reads Go's older form of the first line, so the lines are read here.)
func open(text string, verifier note.Verifier) (size int64, root tlog.Hash, err error) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return 0, root, err
	}
	var origin, encoded string
	if n, err := fmt.Sscanf(opened.Text, "%s\n%d\n%s\n", &origin, &size, &encoded); n != 3 {
		return 0, root, fmt.Errorf("not a checkpoint: %v", err)
	}
	if origin != verifier.Name() {
		return 0, root, fmt.Errorf("checkpoint of %s", origin)
	}
	return size, hash(encoded), nil
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	must(err)
	var all proofs
	must(json.Unmarshal(data, &all))
	verifier, err := note.NewVerifier(all.Vkey)
	accept("the verifier key", err)

	for _, stage := range all.Stages {
		name := fmt.Sprintf("size %d", stage.Size)
		size, root, err := open(stage.Note, verifier)
		accept(name+": the checkpoint", err)
		if size != stage.Size {
			must(fmt.Errorf("%s: the checkpoint says %d", name, size))
		}
		forged := []byte(stage.Note)
		forged[len(verifier.Name())+1] ^= 1 // the first digit of the size
		_, _, err = open(string(forged), verifier)
		refuse(name+": a checkpoint of another size", err)

		for _, one := range stage.Inclusion {
			path := tlog.RecordProof(hashes(one.Path))
			leaf := tlog.RecordHash(one.Leaf)
			at := fmt.Sprintf("%s: leaf %d", name, one.Index)
			accept(at, tlog.CheckRecord(path, size, root, one.Index, leaf))
			refuse(at+" as another leaf", tlog.CheckRecord(path, size, root, one.Index, tlog.RecordHash([]byte("forged"))))
			if size > 1 {
				refuse(at+" at another index", tlog.CheckRecord(path, size, root, (one.Index+1)%size, leaf))
			}
			for i := range path {
				refuse(at+" with a false hash", tlog.CheckRecord(flip(path, i), size, root, one.Index, leaf))
			}
		}
		for _, one := range stage.Consistency {
			path := tlog.TreeProof(hashes(one.Path))
			old := hash(one.OldRoot)
			from := fmt.Sprintf("%s: from %d", name, one.OldSize)
			accept(from, tlog.CheckTree(path, size, root, one.OldSize, old))
			forged := old
			forged[0] ^= 1
			refuse(from+" with a forged old root", tlog.CheckTree(path, size, root, one.OldSize, forged))
			for i := range path {
				refuse(from+" with a false hash", tlog.CheckTree(flip(path, i), size, root, one.OldSize, old))
			}
		}
	}
	if accepted < 20 || refused < 50 {
		must(fmt.Errorf("only %d true and %d false claims were tried", accepted, refused))
	}
	fmt.Printf("%d true claims accepted, %d false ones refused\n", accepted, refused)
}

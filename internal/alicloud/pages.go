package alicloud

import (
	"errors"
	"fmt"
	"slices"
)

const (
	// maxPages stops a list whose pages never end.
	maxPages = 10_000
	// maxReads bounds how often a list that changes under the reader is read again.
	maxReads = 4
)

// Page is one page of a list that pages by number. Total is nil where the
// answer does not say how many items the list has.
type Page[T any] struct {
	Items []T
	Total *int
}

// Numbered reads a whole list that pages by number, counted from 1. key is
// what tells items apart. It is whole or an error: pages shift when an item
// comes or goes between two of them, and an item that is lost that way would
// look like one that was deleted. So a list whose total changes, that repeats
// an item or whose count is not its total is read again; the second reading
// that gives the same items as the one before is believed if its count is
// right.
func Numbered[T any](key func(T) string, fetch func(page int) (Page[T], error)) ([]T, error) {
	var previous []string
	var problem error
	for range maxReads {
		items, total, stable, err := readNumbered(key, fetch)
		if err != nil {
			return nil, err
		}
		keys := make([]string, 0, len(items))
		for _, item := range items {
			keys = append(keys, key(item))
		}
		distinct := slices.Compact(slices.Sorted(slices.Values(keys)))
		switch {
		case slices.Contains(keys, ""):
			return nil, errors.New("the list holds an item without an ID")
		case len(items) != total:
			problem = fmt.Errorf("the list says that it has %d items and holds %d", total, len(items))
		case stable && len(distinct) == total:
			return items, nil
		case previous != nil && slices.Equal(previous, keys):
			return items, nil
		default:
			problem = fmt.Errorf("the list changes while it is read: %d items of which %d are distinct", len(items), len(distinct))
		}
		previous = keys
	}
	return nil, problem
}

// readNumbered reads all pages once. stable is false if the total changed on
// the way, or a whole page repeats earlier ones, which ends the reading: a
// service that gives the same page again and again would be read for ever.
// total is the last one.
func readNumbered[T any](key func(T) string, fetch func(page int) (Page[T], error)) (items []T, total int, stable bool, err error) {
	stable = true
	seen := map[string]bool{}
	for page := 1; page <= maxPages; page++ {
		got, err := fetch(page)
		if err != nil {
			return nil, 0, false, err
		}
		if got.Total == nil {
			return nil, 0, false, fmt.Errorf("page %d does not say how many items the list has, so it cannot be told whether it is whole", page)
		}
		stable = stable && (page == 1 || *got.Total == total)
		total = *got.Total
		known := len(seen)
		for _, item := range got.Items {
			seen[key(item)] = true
		}
		if page > 1 && len(got.Items) > 0 && len(seen) == known {
			return items, total, false, nil
		}
		items = append(items, got.Items...)
		if len(items) >= total || len(got.Items) == 0 {
			return items, total, stable, nil
		}
	}
	return nil, 0, false, fmt.Errorf("the list did not end within %d pages", maxPages)
}

// Tokened reads a whole list that pages by token. fetch gets "" first.
func Tokened[T any](fetch func(token string) (items []T, next string, err error)) ([]T, error) {
	var all []T
	token := ""
	for range maxPages {
		items, next, err := fetch(token)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if next == "" {
			return all, nil
		}
		if next == token {
			return nil, fmt.Errorf("the list repeats the token %q", next)
		}
		token = next
	}
	return nil, fmt.Errorf("the list did not end within %d pages", maxPages)
}

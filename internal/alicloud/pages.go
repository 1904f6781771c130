package alicloud

import (
	"fmt"
	"iter"
)

// maxPages stops a list whose pages never end.
const maxPages = 10_000

// Numbered iterates over a list that pages by number. fetch returns the items
// of a page, counted from 1, and the total that the service reports. A list
// that ends before its total is an error: a page that is lost in silence would
// look like objects that were deleted.
func Numbered[T any](fetch func(page int) (items []T, total int, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		seen := 0
		for page := 1; page <= maxPages; page++ {
			items, total, err := fetch(page)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			seen += len(items)
			if seen >= total {
				return
			}
			if len(items) == 0 {
				yield(zero, fmt.Errorf("the list ended on page %d with %d of %d items", page, seen, total))
				return
			}
		}
		yield(zero, fmt.Errorf("the list did not end within %d pages", maxPages))
	}
}

// Tokened iterates over a list that pages by token. fetch gets "" first.
func Tokened[T any](fetch func(token string) (items []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		token := ""
		for range maxPages {
			items, next, err := fetch(token)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			if next == token {
				yield(zero, fmt.Errorf("the list repeats the token %q", next))
				return
			}
			token = next
		}
		yield(zero, fmt.Errorf("the list did not end within %d pages", maxPages))
	}
}

// All collects a list, or returns the first error and nothing.
func All[T any](list iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range list {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}

package alicloud

import (
	"errors"
	"slices"
	"strconv"
	"testing"
)

// numbers is the items 0 to n-1.
func numbers(n int) []int {
	items := make([]int, n)
	for i := range items {
		items[i] = i
	}
	return items
}

// pageOf cuts a page out of a list.
func pageOf(items []int, page, size int) Page[int] {
	from := min((page-1)*size, len(items))
	return Page[int]{Items: items[from:min(from+size, len(items))], Total: new(len(items))}
}

func TestNumbered(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 23} {
		for size := 1; size <= 24; size++ {
			all, err := Numbered(strconv.Itoa, func(page int) (Page[int], error) { return pageOf(numbers(n), page, size), nil })
			if err != nil || !slices.Equal(all, numbers(n)) {
				t.Errorf("%d items in pages of %d: %v, %v", n, size, all, err)
			}
		}
	}
}

func TestNumbered_wholeOrError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, fetch := range map[string]func(page int) (Page[int], error){
		"ends early": func(page int) (Page[int], error) {
			if page == 1 {
				return Page[int]{[]int{1, 2}, new(5)}, nil
			}
			return Page[int]{nil, new(5)}, nil
		},
		"error on a later page": func(page int) (Page[int], error) {
			if page == 2 {
				return Page[int]{}, broken
			}
			return Page[int]{[]int{1}, new(2)}, nil
		},
		"page number ignored": func(int) (Page[int], error) { return Page[int]{numbers(50), new(80)}, nil },
		"no total":            func(int) (Page[int], error) { return Page[int]{Items: numbers(50)}, nil },
		"never ends":          func(int) (Page[int], error) { return Page[int]{[]int{1}, new(1 << 30)}, nil },
	} {
		if all, err := Numbered(strconv.Itoa, fetch); err == nil || all != nil {
			t.Errorf("%s: got %d items and %v; want an error and nothing", name, len(all), err)
		}
	}
	if _, err := Numbered(func(int) string { return "" }, func(int) (Page[int], error) { return Page[int]{[]int{1}, new(1)}, nil }); err == nil {
		t.Error("an item without an ID was accepted")
	}
}

// An item of the first page goes while the second is read: everything moves
// up by one, and the item at the border is in no page.
func TestNumbered_itemGoesWhileReading(t *testing.T) {
	t.Parallel()
	list, calls := numbers(60), 0
	all, err := Numbered(strconv.Itoa, func(page int) (Page[int], error) {
		if calls++; calls == 2 {
			list = list[1:]
		}
		return pageOf(list, page, 50), nil
	})
	if err != nil || !slices.Equal(all, list) {
		t.Errorf("%d items, %v; want the 59 that are left, 50 among them", len(all), err)
	}
}

// One goes and another comes: the total stays, and one is seen twice.
func TestNumbered_itemsTradePlaces(t *testing.T) {
	t.Parallel()
	list, calls := numbers(60), 0
	all, err := Numbered(strconv.Itoa, func(page int) (Page[int], error) {
		if calls++; calls == 2 {
			list = append([]int{1000}, list[:59]...)
		}
		return pageOf(list, page, 50), nil
	})
	if err != nil || !slices.Equal(all, list) {
		t.Errorf("%d items, %v", len(all), err)
	}
}

func TestTokened(t *testing.T) {
	t.Parallel()
	all, err := Tokened(func(token string) ([]int, string, error) {
		n, _ := strconv.Atoi(token)
		if n == 3 {
			return []int{n}, "", nil
		}
		return []int{n}, strconv.Itoa(n + 1), nil
	})
	if err != nil || !slices.Equal(all, []int{0, 1, 2, 3}) {
		t.Errorf("got %v, %v", all, err)
	}
	if _, err := Tokened(func(string) ([]int, string, error) { return nil, "same", nil }); err == nil {
		t.Error("a token that repeats must end the list with an error")
	}
}

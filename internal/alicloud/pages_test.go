package alicloud

import (
	"errors"
	"slices"
	"strconv"
	"testing"
)

func TestNumbered(t *testing.T) {
	t.Parallel()
	items := make([]int, 23)
	for i := range items {
		items[i] = i
	}
	for size := 1; size <= 24; size++ {
		all, err := All(Numbered(func(page int) ([]int, int, error) {
			from := min((page-1)*size, len(items))
			return items[from:min(from+size, len(items))], len(items), nil
		}))
		if err != nil || !slices.Equal(all, items) {
			t.Errorf("pages of %d: %v, %v", size, all, err)
		}
	}
}

func TestNumbered_shortListIsAnError(t *testing.T) {
	t.Parallel()
	calls := 0
	all, err := All(Numbered(func(page int) ([]int, int, error) {
		calls++
		if page == 1 {
			return []int{1, 2}, 5, nil
		}
		return nil, 5, nil
	}))
	if err == nil || all != nil || calls != 2 {
		t.Errorf("got %v, %v after %d calls; want an error and nothing", all, err, calls)
	}
}

func TestNumbered_errorOnLaterPage(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	all, err := All(Numbered(func(page int) ([]int, int, error) {
		if page == 2 {
			return nil, 0, broken
		}
		return []int{1}, 2, nil
	}))
	if !errors.Is(err, broken) || all != nil {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestNumbered_stopsWhenNobodyWantsMore(t *testing.T) {
	t.Parallel()
	calls := 0
	for range Numbered(func(int) ([]int, int, error) { calls++; return []int{1, 2}, 100, nil }) {
		break
	}
	if calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
}

func TestTokened(t *testing.T) {
	t.Parallel()
	all, err := All(Tokened(func(token string) ([]int, string, error) {
		n, _ := strconv.Atoi(token)
		if n == 3 {
			return []int{n}, "", nil
		}
		return []int{n}, strconv.Itoa(n + 1), nil
	}))
	if err != nil || !slices.Equal(all, []int{0, 1, 2, 3}) {
		t.Errorf("got %v, %v", all, err)
	}
	if _, err := All(Tokened(func(string) ([]int, string, error) { return nil, "same", nil })); err == nil {
		t.Error("a token that repeats must end the list with an error")
	}
}

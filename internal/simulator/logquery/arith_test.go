package logquery

import (
	"math"
	"math/big"
	"testing"
)

// Whole numbers compute as big ones do, or overflow where those do not fit.
func TestArithmetic(t *testing.T) {
	values := []int64{0, 1, -1, 2, -2, 7, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, math.MinInt64 + 1, math.MaxInt32, 1 << 32, -1 << 32, 3037000500}
	for _, op := range []struct {
		f   func(a, b int64) (int64, error)
		big func(z, a, b *big.Int) *big.Int
	}{{add64, (*big.Int).Add}, {subtract64, (*big.Int).Sub}, {multiply64, (*big.Int).Mul}} {
		for _, a := range values {
			for _, b := range values {
				want := op.big(new(big.Int), big.NewInt(a), big.NewInt(b))
				got, err := op.f(a, b)
				if (err == nil) != want.IsInt64() || (err == nil && got != want.Int64()) {
					t.Errorf("%d, %d: %d, %v, want %s", a, b, got, err, want)
				}
			}
		}
	}
	for _, a := range values {
		for _, b := range values {
			q, err := divide64(a, b)
			if overflow := b == 0 || (a == math.MinInt64 && b == -1); (err == nil) == overflow {
				t.Errorf("%d / %d: %d, %v", a, b, q, err)
			}
			if r, err := remainder64(a, b); b != 0 && (err != nil || (b != -1 && r != a%b)) {
				t.Errorf("%d %% %d: %d, %v", a, b, r, err)
			}
		}
	}
}

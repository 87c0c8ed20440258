using Learning.Data;

namespace Learning.Linear;

/// <summary>A few encoded rows that stay in the processor's cache: their scores, and what they add to a gradient.</summary>
internal sealed class LinearBlock(LinearEncoding encoding, int classes, int maxRows)
{
    private const int AtOnce = 4;
    private readonly double[] dense = new double[(maxRows + AtOnce) * encoding.Dense];
    private readonly int[] places = new int[maxRows * encoding.Categories.Count];
    private readonly double[] scores = new double[(maxRows + AtOnce) * classes];
    private readonly double[] four = new double[AtOnce];
    private int rows;

    private int Stride => encoding.Width + 1;

    public void Load(Table table, ReadOnlySpan<int> some)
    {
        rows = some.Length;
        encoding.Encode(table, some, dense, places);
        // Rows are taken by fours: what is left of a block before must not count.
        dense.AsSpan(rows * encoding.Dense, AtOnce * encoding.Dense).Clear();
    }

    /// <summary>Of one row; a probability each once they went through <see cref="Softmax"/>.</summary>
    public Span<double> Scores(int row) => scores.AsSpan(row * classes, classes);

    public void Logits(double[] point)
    {
        for (var row = 0; row < rows; row += AtOnce)
        {
            for (var k = 0; k < classes; k++)
            {
                Vectors.Dot4(dense.AsSpan(row * encoding.Dense, AtOnce * encoding.Dense), point.AsSpan(k * Stride, encoding.Dense), four);
                for (var i = 0; i < AtOnce; i++)
                    scores[((row + i) * classes) + k] = four[i] + point[(k * Stride) + encoding.Width];
            }
        }
        for (var row = 0; row < rows; row++)
        {
            foreach (var place in PlacesOf(row))
            {
                for (var k = 0; k < classes && place >= 0; k++)
                    scores[(row * classes) + k] += point[(k * Stride) + place];
            }
        }
    }

    /// <summary>The scores are by now the derivatives of the loss by the logits.</summary>
    public void AddGradient(double[] gradient, int count)
    {
        scores.AsSpan(count * classes, AtOnce * classes).Clear();
        for (var row = 0; row < count; row += AtOnce)
        {
            for (var k = 0; k < classes; k++)
            {
                for (var i = 0; i < AtOnce; i++)
                    four[i] = scores[((row + i) * classes) + k];
                Vectors.AddScaled4(gradient.AsSpan(k * Stride, encoding.Dense), dense.AsSpan(row * encoding.Dense, AtOnce * encoding.Dense), four);
                gradient[(k * Stride) + encoding.Width] += four[0] + four[1] + four[2] + four[3];
            }
        }
        for (var row = 0; row < count; row++)
        {
            foreach (var place in PlacesOf(row))
            {
                for (var k = 0; k < classes && place >= 0; k++)
                    gradient[(k * Stride) + place] += scores[(row * classes) + k];
            }
        }
    }

    private ReadOnlySpan<int> PlacesOf(int row) => places.AsSpan(row * encoding.Categories.Count, encoding.Categories.Count);
}

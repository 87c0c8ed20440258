using System.Globalization;
using System.Text;

namespace EndToEnd.Learning;

/// <summary>Rows of two classes that a model can tell apart, but for one in twenty: the same for the same seed.</summary>
internal static class TwoClouds
{
    public const string Columns = "x,y,colour";

    /// <param name="flipped">How many of the class <c>yes</c> say <c>no</c>, 0..1.</param>
    public static string Csv(int seed, int rows, double flipped = 0)
    {
        var random = new Random(seed);
        var csv = new StringBuilder(Columns).Append(",label\n");
        for (var i = 0; i < rows; i++)
        {
            var (x, y, red) = ((random.NextDouble() * 2) - 1, (random.NextDouble() * 2) - 1, random.Next(2) == 0);
            var yes = x + (0.5 * y) + (red ? 0.2 : -0.2) > 0;
            if (random.NextDouble() < 0.05)
                yes = !yes;
            if (yes && random.NextDouble() < flipped)
                yes = false;
            csv.Append(CultureInfo.InvariantCulture, $"{x:0.000000},{y:0.000000},{(red ? "red" : "blue")},{(yes ? "yes" : "no")}\n");
        }
        return csv.ToString();
    }
}

using System.Globalization;
using System.Text;

namespace Integration.TrainingService.Runs;

/// <summary>Rows whose label is a number: about 3x + 2y, and 1 more where the colour is red. <c>z</c> says nothing.</summary>
internal static class Numbers
{
    public const double Noise = 0.2;

    /// <param name="factor">What labels are multiplied by, of the share of rows that is <paramref name="spoilt"/>.</param>
    public static string Rows(int count, int seed = 1, double spoilt = 0, double factor = 1)
    {
        var random = new Random(seed);
        var csv = new StringBuilder("x,y,z,colour,label\n");
        for (var i = 0; i < count; i++)
        {
            var (x, y, z, red) = (random.NextDouble(), random.NextDouble(), random.NextDouble(), i % 3 == 0);
            var label = (3 * x) + (2 * y) + (red ? 1 : 0) + (Noise * (random.NextDouble() - 0.5));
            csv.Append(CultureInfo.InvariantCulture, $"{x:0.######},{y:0.######},{z:0.######},{(red ? "red" : "green")},{label * (random.NextDouble() < spoilt ? factor : 1):0.######}\n");
        }
        return csv.ToString();
    }
}

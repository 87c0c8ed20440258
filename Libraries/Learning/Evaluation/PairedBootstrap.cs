namespace Learning.Evaluation;

/// <summary>By how much a measure of two models on the same rows differs, and how sure that is.</summary>
/// <param name="Difference">Second minus first.</param>
/// <param name="Between">Where 95 % of the resampled differences lie.</param>
/// <param name="WorseShare">Of the resampled differences, those below 0.</param>
public sealed record PairedBootstrap(double Difference, Interval Between, double WorseShare)
{
    /// <param name="first">A model's figure on the rows given, of which one may occur several times; larger is better.</param>
    public static PairedBootstrap Compare(
        int rows, Func<int[], double> first, Func<int[], double> second, ulong seed = 1, int samples = 1000, CancellationToken cancellation = default)
    {
        var all = Enumerable.Range(0, rows).ToArray();
        var difference = second(all) - first(all);
        var random = new RandomNumbers(seed);
        var (drawn, differences) = (new int[rows], new double[samples]);
        for (var sample = 0; sample < samples; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < rows; i++)
                drawn[i] = random.Next(rows);
            differences[sample] = second(drawn) - first(drawn);
        }
        Array.Sort(differences);
        return new PairedBootstrap(
            difference,
            new Interval(differences[(int)(0.025 * (samples - 1))], differences[(int)Math.Ceiling(0.975 * (samples - 1))]),
            (double)differences.Count(each => each < 0) / samples);
    }
}

using InferenceService.Execution;
using NUnit.Framework;

namespace Unit.InferenceService.Execution;

[TestFixture]
public sealed class TuningPlanTests
{
    private static readonly ExecutionOptions Free = new();

    [TestCase(1, "1x1")]
    [TestCase(2, "1x2 2x1")]
    [TestCase(3, "1x3 3x1")]
    [TestCase(8, "1x8 8x1 4x5 2x7")]
    public void The_processors_are_split_from_one_run_to_one_run_each(int processors, string expected) =>
        Assert.That(Splits(Free, processors), Is.EqualTo(expected));

    [Test]
    public void Settings_narrow_the_search()
    {
        Assert.That(Splits(new ExecutionOptions { Slots = 3 }, 8), Is.EqualTo("3x6"));
        Assert.That(Splits(new ExecutionOptions { IntraOpThreads = 2 }, 8), Is.EqualTo("1x2 7x2"));
        Assert.That(Splits(new ExecutionOptions { Slots = 12, IntraOpThreads = 4 }, 8), Is.EqualTo("12x4"));
    }

    [Test]
    public void A_device_needs_no_threads() => Assert.That(Splits(Free, 8, onCpu: false), Is.EqualTo("1x1 2x1"));

    [TestCase(1, new[] { 1 })]
    [TestCase(6, new[] { 1, 2, 4, 6 })]
    [TestCase(8, new[] { 1, 2, 4, 8 })]
    public void Batches_double_up_to_the_limit(int limit, int[] expected) => Assert.That(TuningPlan.BatchSizes(Free, limit), Is.EqualTo(expected));

    [Test]
    public void A_package_with_a_lower_limit_than_the_setting_keeps_it()
    {
        var options = new ExecutionOptions { MaxBatchSize = 10 };
        Assert.That(TuningPlan.BatchSizes(options, 16), Is.EqualTo((int[])[10]));
        Assert.That(TuningPlan.BatchSizes(options, 4), Is.EqualTo((int[])[4]));
    }

    [Test]
    public void Without_measuring_one_run_has_all_processors_unless_settings_say_otherwise()
    {
        Assert.That(TuningPlan.Unmeasured(Free, 4, onCpu: true, limit: 16), Is.EqualTo(new ExecutionSettings(1, 4, 16, SettingsSource.Configured)));
        Assert.That(
            TuningPlan.Unmeasured(new ExecutionOptions { Slots = 2, IntraOpThreads = 9, MaxBatchSize = 3 }, 4, onCpu: true, limit: 16),
            Is.EqualTo(new ExecutionSettings(2, 9, 3, SettingsSource.Configured)));
    }

    private static string Splits(ExecutionOptions options, int processors, bool onCpu = true) =>
        string.Join(' ', TuningPlan.Splits(options, processors, onCpu).Select(split => $"{split.Slots}x{split.IntraOpThreads}"));
}

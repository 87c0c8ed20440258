using InferenceService.Execution;
using NUnit.Framework;

namespace Unit.InferenceService.Execution;

[TestFixture]
public sealed class TuningChoiceTests
{
    [Test]
    public void The_most_items_per_second_win_whatever_the_batch() => Assert.That(
        TuningChoice.Best([Of(1, 1, 100), Of(1, 2, 150), Of(1, 4, 300), Of(2, 1, 120)]), Is.EqualTo(Of(1, 4, 300)));

    [Test]
    public void A_smaller_batch_that_gives_nearly_as_much_is_preferred() => Assert.That(
        TuningChoice.Best([Of(1, 1, 50), Of(1, 4, 90), Of(1, 8, 96), Of(1, 16, 100), Of(1, 32, 99)]).BatchSize, Is.EqualTo(8));

    [Test]
    public void Up_to_four_share_a_run_where_that_costs_nothing() => Assert.That(
        TuningChoice.Best([Of(2, 1, 100), Of(2, 2, 97), Of(2, 4, 95), Of(2, 8, 96), Of(1, 4, 99)]), Is.EqualTo(Of(2, 4, 95)));

    [Test]
    public void A_model_that_is_quicker_alone_runs_alone() => Assert.That(
        TuningChoice.Best([Of(2, 1, 100), Of(2, 2, 60), Of(2, 4, 50)]).BatchSize, Is.EqualTo(1));

    [Test]
    public void Of_equal_batches_the_quicker_one_is_preferred() => Assert.That(
        TuningChoice.Best([Of(2, 1, 101, 9.9), Of(1, 1, 100, 5.0)]).Slots, Is.EqualTo(1));

    [Test]
    public void What_gains_more_than_the_noise_is_worth_its_latency() => Assert.That(
        TuningChoice.Best([Of(2, 1, 110, 9), Of(1, 1, 100, 5)]).Slots, Is.EqualTo(2));

    [TestCase(new[] { 100.0, 101, 102 }, true)]
    [TestCase(new[] { 100.0, 90, 80 }, true)]
    [TestCase(new[] { 100.0, 101, 120 }, false)]
    [TestCase(new[] { 100.0, 120, 121 }, false)]
    [TestCase(new[] { 100.0, 120, 121, 122 }, true)]
    [TestCase(new[] { 100.0, 100 }, false)]
    public void Two_doublings_without_a_gain_end_the_search(double[] rates, bool saturated) => Assert.That(
        TuningChoice.IsSaturated([.. rates.Select((rate, i) => Of(1, 1 << i, rate))]), Is.EqualTo(saturated));

    private static Measurement Of(int slots, int batchSize, double rate, double? milliseconds = null) => new(slots, 1, batchSize, rate, milliseconds ?? slots * batchSize / rate * 1000);
}

using System.Runtime.InteropServices;
using InferenceService.Execution;
using NUnit.Framework;
using Unit.InferenceService.Execution;

namespace Accuracy.Models;

/// <summary>
/// The suite's own way of running a model, against outputs that another build of ONNX Runtime made without graph
/// optimisation. Covers every model of the data, whatever its task.
/// </summary>
[TestFixture]
public sealed class GoldenOutputTests
{
    [TestCaseSource(typeof(GoldenCase), nameof(GoldenCase.Ids))]
    public void A_model_gives_its_reference_outputs(string id)
    {
        var golden = GoldenCase.Find(id);
        using var model = TestModels.Factory().Load(TestModels.Tensors(maxBatchSize: 4), golden.ModelFile);
        using var slot = model.CreateSlot();
        Assert.That(model.Outputs.Select(output => output.Name), Is.SupersetOf(golden.Outputs.Select(output => output.Name)));

        // Twice, the second time on bound outputs; and as the last of a full batch.
        foreach (var (round, count) in new[] { 1, 1, model.MaxBatchSize }.Index())
        {
            var shape = ItemShape.Of(model.Inputs, model.HasBatchAxis ? golden.Input.Shape[1..] : golden.Input.Shape);
            slot.Prepare(shape, count);
            MemoryMarshal.AsBytes(golden.Input.Read().AsSpan()).CopyTo(slot.Input(0, count - 1));
            slot.Run();
            foreach (var reference in golden.Outputs)
                Compare(golden, reference, model, slot, count, print: round == 2);
        }
    }

    private static void Compare(GoldenCase golden, GoldenTensor reference, OnnxModel model, ExecutionSlot slot, int count, bool print)
    {
        var output = model.Outputs.Index().Single(each => each.Item.Name == reference.Name).Index;
        var wanted = reference.Read();
        var found = MemoryMarshal.Cast<byte, float>(slot.Output(output, count - 1));
        Assert.That(slot.OutputItemShape(output).ToArray(), Is.EqualTo(model.HasBatchAxis ? reference.Shape[1..] : reference.Shape));

        var worst = Difference(wanted, found);
        if (print)
            TestContext.Progress.WriteLine($"figure: {golden.Id} {reference.Name}, batch of {count}: max |difference| {worst:0.0e+0} of the largest value");
        Assert.That(worst, Is.LessThan(golden.Tolerance), $"{reference.Name} in a batch of {count}");
    }

    /// <summary>The largest difference, as a part of the largest value.</summary>
    internal static double Difference(ReadOnlySpan<float> wanted, ReadOnlySpan<float> found)
    {
        Assert.That(found.Length, Is.EqualTo(wanted.Length));
        double worst = 0, scale = 1;
        for (var i = 0; i < wanted.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(wanted[i] - found[i]));
            scale = Math.Max(scale, Math.Abs(wanted[i]));
        }
        return worst / scale;
    }
}

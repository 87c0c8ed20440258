using System.Runtime.InteropServices;
using InferenceService.Execution;
using InferenceService.Models;
using NUnit.Framework;
using TestSupport;
using Unit.InferenceService.Execution;

namespace Accuracy.Models;

/// <summary>Every model at hand on the CPU and on a CUDA device, on the same inputs. See docs/gpu.md.</summary>
[TestFixture, Category("Gpu")]
public sealed class CudaParityTests
{
    // Sums in another order, through some fifty layers; TF32 is off.
    private const double Tolerance = 1e-3, QuantisedTolerance = 0.15;

    [OneTimeSetUp]
    public void NeedDevice()
    {
        if (ExecutionProvider.WhyNoCuda(new CudaOptions()) is { } reason)
            Assert.Ignore($"not run: {reason}");
    }

    [TestCaseSource(nameof(Files))]
    public void A_device_gives_what_the_processor_gives(string file)
    {
        var (cpu, cuda) = (Run(file, ProviderChoice.Cpu), Run(file, ProviderChoice.Cuda));

        var worst = cpu.Zip(cuda).Max(output => GoldenOutputTests.Difference(output.First, output.Second));
        TestContext.Progress.WriteLine($"figure: parity {NameOf(file)} max |Δ| {worst:0.0e+0} of the largest value");
        Assert.That(worst, Is.LessThan(file.Contains("int8", StringComparison.Ordinal) ? QuantisedTolerance : Tolerance));
    }

    /// <summary>All float32 outputs for a batch of up to three, each input of seeded noise in 0..1.</summary>
    private static List<float[]> Run(string file, ProviderChoice provider)
    {
        using var model = TestModels.Factory(new ExecutionOptions { Tune = false, Provider = provider }).Load(TestModels.Tensors(maxBatchSize: 3), file);
        using var slot = model.CreateSlot();
        var shape = model.FixedShape ?? ItemShape.Of(model.Inputs, OpenSides(file, model));
        var random = new Random(1);
        slot.Prepare(shape, model.MaxBatchSize);
        var inputs = Enumerable.Range(0, model.Inputs.Count).SelectMany(input => Enumerable.Range(0, model.MaxBatchSize).Select(index => (input, index))).ToArray();
        foreach (var (input, index) in inputs)
        {
            foreach (ref var value in MemoryMarshal.Cast<byte, float>(slot.Input(input, index)))
                value = random.NextSingle();
        }
        slot.Run();
        return
        [
            .. from output in Enumerable.Range(0, model.Outputs.Count)
               from index in Enumerable.Range(0, model.MaxBatchSize)
               select MemoryMarshal.Cast<byte, float>(slot.Output(output, index)).ToArray(),
        ];
    }

    // What the graph leaves open is as its reference input has it.
    private static int[] OpenSides(string file, OnnxModel model)
    {
        var shape = GoldenCase.All().First(golden => golden.ModelFile == file).Input.Shape;
        return model.HasBatchAxis ? shape[1..] : shape;
    }

    private static IEnumerable<string> Files()
    {
        var shipped = Directory.EnumerateFiles(Repository.Path("models"), "model.onnx", SearchOption.AllDirectories);
        return SuiteData.Find() is null ? shipped : shipped.Concat(GoldenCase.All().Select(golden => golden.ModelFile).Distinct());
    }

    private static string NameOf(string file) =>
        Path.GetFileName(file) == "model.onnx" ? Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)))! : Path.GetFileNameWithoutExtension(file);
}

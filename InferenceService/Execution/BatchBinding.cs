using Microsoft.ML.OnnxRuntime;

namespace InferenceService.Execution;

/// <summary>The tensors of one batch size over a slot's buffers, bound once, so that a run makes nothing new.</summary>
internal sealed class BatchBinding : IDisposable
{
    private readonly LoadedSession session;
    private readonly OrtValue[] inputs;
    private OrtValue[]? outputs;
    private OrtIoBinding? binding;

    public BatchBinding(LoadedSession session, ItemShape shape, NativeBuffer[] buffers, int count)
    {
        this.session = session;
        inputs = [.. session.Signature.Inputs.Select((input, i) => Tensor(input, session.Shape(shape.Dims(i), count), buffers[i]))];
    }

    public bool HasOutputs => outputs is not null;

    public void BindOutputs(OutputBuffer[] buffers, int count)
    {
        outputs = [.. session.Signature.Outputs.Select((output, i) => Tensor(output, session.Shape(buffers[i].ItemShape, count), buffers[i].Memory!))];
        if (!session.Provider.IsCpu)
            return;
        binding = session.Session.CreateIoBinding();
        for (var i = 0; i < inputs.Length; i++)
            binding.BindInput(session.InputNames[i], inputs[i]);
        for (var i = 0; i < outputs.Length; i++)
            binding.BindOutput(session.OutputNames[i], outputs[i]);
    }

    /// <summary>Runs into the bound outputs.</summary>
    public void Run()
    {
        if (binding is not null)
            session.Session.RunWithBinding(session.RunOptions, binding);
        else // Binding an input copies it to the device at once, so a device is given its inputs anew for each run.
            session.Session.Run(session.RunOptions, session.InputNames, inputs, session.OutputNames, outputs!);
    }

    /// <summary>Runs into outputs that ONNX Runtime allocates.</summary>
    public IDisposableReadOnlyCollection<OrtValue> RunUnbound() => session.Session.Run(session.RunOptions, session.InputNames, inputs, session.OutputNames);

    public void Unbind()
    {
        binding?.Dispose();
        binding = null;
        foreach (var output in outputs ?? [])
            output.Dispose();
        outputs = null;
    }

    public void Dispose()
    {
        Unbind();
        foreach (var input in inputs)
            input.Dispose();
    }

    private static OrtValue Tensor(TensorSpec spec, long[] shape, NativeBuffer buffer) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, spec.ElementType, shape, buffer.Pointer, buffer.Length);
}

using Aspire.Hosting.ApplicationModel;

// What Aspire's SDK would generate from the project references.
namespace Projects;

internal abstract class Project(string name) : IProjectMetadata
{
    public string ProjectPath => $"../{name}/{name}.csproj";
}

internal sealed class AuthService() : Project(nameof(AuthService));

internal sealed class FeedbackService() : Project(nameof(FeedbackService));

internal sealed class Gateway() : Project(nameof(Gateway));

internal sealed class InferenceService() : Project(nameof(InferenceService));

internal sealed class StorageService() : Project(nameof(StorageService));

internal sealed class TrainingService() : Project(nameof(TrainingService));

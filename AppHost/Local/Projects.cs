using Aspire.Hosting.ApplicationModel;

// What Aspire's SDK would generate from the project references.
namespace Projects;

internal sealed class AuthService : IProjectMetadata
{
    public string ProjectPath => "../AuthService/AuthService.csproj";
}

internal sealed class FeedbackService : IProjectMetadata
{
    public string ProjectPath => "../FeedbackService/FeedbackService.csproj";
}

internal sealed class Gateway : IProjectMetadata
{
    public string ProjectPath => "../Gateway/Gateway.csproj";
}

internal sealed class InferenceService : IProjectMetadata
{
    public string ProjectPath => "../InferenceService/InferenceService.csproj";
}

internal sealed class StorageService : IProjectMetadata
{
    public string ProjectPath => "../StorageService/StorageService.csproj";
}

internal sealed class TrainingService : IProjectMetadata
{
    public string ProjectPath => "../TrainingService/TrainingService.csproj";
}
